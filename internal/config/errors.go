package config

import (
	"log/slog"
	"strings"
)

// Exit codes of a node that does not start.
const (
	// ExitConfiguration is for everything wrong with the configuration itself.
	ExitConfiguration = 3
	// ExitJoin is for a configuration that turns out wrong while joining the ring.
	ExitJoin = 1
	// ExitWrongState is for a data directory of another cluster, datacenter or rack.
	ExitWrongState = 100
)

// ConfigurationError stops the start of the node. Main prints, as Cassandra does, on standard output
// "Exception (<JavaClass>) encountered during startup: <Msg>" and on standard error the whole Error, and exits
// with ExitCode.
type ConfigurationError struct {
	// Msg is Cassandra's sentence.
	Msg string
	// Details are lines below it: where in the file, why, and what may have been meant. Cassandra prints a stack
	// trace in their place.
	Details []string
	// ExitCode is the status of the process.
	ExitCode int
	// JavaClass is the exception that Cassandra would name.
	JavaClass string
	// Plain says that Cassandra prints the message alone, without a stack trace.
	Plain bool
}

// Error is the message with its details below it.
func (e *ConfigurationError) Error() string {
	return strings.Join(append([]string{e.Msg}, e.Details...), "\n")
}

const configurationException = "org.apache.cassandra.exceptions.ConfigurationException"

// Refuse is an error whose message says it all.
func Refuse(msg string, details ...string) *ConfigurationError {
	return &ConfigurationError{Msg: msg, Details: details, ExitCode: ExitConfiguration, JavaClass: configurationException, Plain: true}
}

// Fatal is an error that Cassandra reports with its causes; give them as details, outermost first.
func Fatal(msg string, causes ...string) *ConfigurationError {
	return &ConfigurationError{Msg: msg, Details: causes, ExitCode: ExitConfiguration, JavaClass: configurationException}
}

// Notice is something that Load found worth a line in the log, once the log is open.
type Notice struct {
	// Level is slog.LevelInfo or slog.LevelWarn.
	Level slog.Level
	// Msg is the whole sentence.
	Msg string
	// Options are the names of the options that it is about, if any.
	Options []string
}

func info(msg string, options ...string) Notice {
	return Notice{Level: slog.LevelInfo, Msg: msg, Options: options}
}

func warn(msg string, options ...string) Notice {
	return Notice{Level: slog.LevelWarn, Msg: msg, Options: options}
}
