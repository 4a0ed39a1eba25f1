package main

var resumehandoffCommand = command{
	name: "resumehandoff", summary: "Resume hints delivery process", run: pauseHints(false),
}
