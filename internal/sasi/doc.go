// Package sasi knows how an SSTable-attached secondary index (SASIIndex) reads values: into which terms an index splits a
// text, what each of its modes can be asked, and whether a value matches what was asked.
//
// It keeps nothing: storage writes the terms as index entries and looks entries up, the planner decides which index answers
// a relation and checks the rows that were read. Both ask here, so that an index and the check of its rows agree.
//
// Words are found by Unicode's text segmentation (uniseg), stems by Snowball's algorithms (snowballstem); the tables of
// locales, stop words and options are Cassandra's.
package sasi
