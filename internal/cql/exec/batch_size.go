package exec

import "alexandra/internal/row"

// Sizes of the parts of a partition update in memory, as Cassandra counts them for batch_size_warn_threshold
// (PartitionUpdate.dataSize).
const (
	sizeTimestamp   = 8
	sizeTTL         = 4
	sizeExpiry      = 8
	sizeDeletion    = 12
	sizeRowDeletion = sizeDeletion + 1
	sizeCell        = sizeTimestamp + sizeTTL + sizeExpiry
)

// dataSize is the size of a change of one partition. A static row counts even when it is empty.
func dataSize(p *row.Partition) int64 {
	n := int64(sizeTimestamp)
	for _, r := range p.Ranges {
		n += boundSize(r.Start) + boundSize(r.End) + sizeDeletion
	}
	if p.Static != nil {
		n += rowSize(p.Static)
	} else {
		n += sizeTimestamp + sizeRowDeletion
	}
	for _, r := range p.Rows {
		n += rowSize(r)
	}
	return n
}

func boundSize(b row.Bound) int64 {
	n := int64(0)
	for _, v := range b.Values {
		n += int64(len(v))
	}
	return n
}

func rowSize(r *row.Row) int64 {
	n := int64(sizeTimestamp + sizeRowDeletion)
	if r.Liveness.TTL > 0 {
		n += sizeTTL + sizeExpiry
	}
	for _, v := range r.Clustering {
		n += int64(len(v))
	}
	n += int64(len(r.Columns)) * sizeDeletion
	for i := range r.Cells {
		n += sizeCell + int64(len(r.Cells[i].Value)) + int64(len(r.Cells[i].Path))
	}
	return n
}
