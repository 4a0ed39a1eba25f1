package main

var pausehandoffCommand = command{
	name: "pausehandoff", summary: "Pause hints delivery process", run: pauseHints(true),
}
