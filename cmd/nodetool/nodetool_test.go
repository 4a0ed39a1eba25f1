package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTranscripts checks those transcripts of Cassandra's nodetool that need no node.
func TestTranscripts(t *testing.T) {
	for _, name := range []string{"help", "help_decommission", "help_repair", "help_status", "bogus"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "integration", "golden", "nodetool", name+".txt"))
		require.NoError(t, err)
		command, want, _ := strings.Cut(string(text), "\n")
		var out bytes.Buffer
		code := run(strings.Fields(command)[2:], &out, &out)
		out.WriteString("[exit " + string(rune('0'+code)) + "]\n")
		require.Equal(t, want, out.String(), name)
	}
}

func TestWrongCommandLines(t *testing.T) {
	for args, want := range map[string]string{
		"--nope status":                          "Found unexpected parameters: [--nope, status]",
		"-h":                                     "Required values for option 'host' not provided",
		"info x":                                 "Found unexpected parameters: [x]",
		"move":                                   "Required parameters are missing: newToken",
		"getauthcacheconfig":                     "Required option '--cache-name' is missing",
		"-p x status":                            "Invalid port: x",
		"getendpoints a b":                       "getendpoints requires keyspace, table and partition key arguments",
		"settimeout read":                        "Timeout type followed by value in ms (0 disables socket streaming timeout). Type should be one of (" + timeoutTypes + ")",
		"settimeout read -5":                     "timeout must be non-negative",
		"setauthcacheconfig --cache-name Roles":  "At least one optional parameter need to be passed",
		"invalidatepermissionscache foo":         "No resource options specified",
		"clearsnapshot":                          "Specify snapshot name or --all",
		"updatecidrgroup g":                      "updatecidrgroup command requires a cidr group name and atleast one CIDR",
		"repair -j 9 ks":                         "Too many job threads. Max is 4.",
		"tablestats -F xml":                      "arguments for -F are json,yaml only.",
		"-h 127.0.0.1 -p 1 status":               "Failed to connect to '127.0.0.1:1' - ConnectException: 'Connection refused'.",
		"invalidatepermissionscache a --mbean b": "Failed to connect to '127.0.0.1:1' - ConnectException: 'Connection refused'.",
	} {
		var out bytes.Buffer
		fields := strings.Fields(args)
		if strings.HasPrefix(args, "invalidatepermissionscache a") {
			fields = append([]string{"-p", "1"}, fields...)
		}
		require.Equal(t, 1, run(fields, &out, &out), args)
		require.Equal(t, "nodetool: "+want+"\nSee 'nodetool help' or 'nodetool help <command>'.\n", out.String(), args)
	}
}

func TestCommandsAreComplete(t *testing.T) {
	var names []string
	for _, c := range commands() {
		require.NotNil(t, c.run, c.name)
		require.NotEmpty(t, c.summary, c.name)
		require.True(t, slices.IsSortedFunc(c.options, func(a, b option) int { return strings.Compare(a.sortKey(), b.sortKey()) }), c.name)
		_, err := os.Stat(c.name + ".go")
		require.NoError(t, err, "a command is a file of its name")
		if !c.own {
			names = append(names, c.name)
		}
	}
	require.True(t, slices.IsSorted(names))
	require.Len(t, slices.Compact(names), len(names))
}

func TestOptionsBehindTheCommand(t *testing.T) {
	c := newCall()
	cmd, err := parse(c, strings.Fields("-pp repair -dc dc1 ks --in-dc dc2 t -h 127.0.0.2 -- -full"))
	require.NoError(t, err)
	require.Equal(t, "repair", cmd.name)
	require.Equal(t, []string{"dc1", "dc2"}, c.options["-dc"])
	require.Equal(t, []string{"ks", "t", "-full"}, c.args)
	require.Equal(t, "127.0.0.2", c.conn.Host)
	require.True(t, c.printPort)
	require.False(t, c.has("-full"))
}

func TestFormats(t *testing.T) {
	for n, want := range map[float64]string{0: "0 bytes", 270991: "264.64 KiB", 657920: "642.5 KiB", 1 << 20: "1 MiB", 1023: "1023 bytes"} {
		require.Equal(t, want, fileSize(n))
	}
	for n, want := range map[int64]string{0: "0B", 7797: "7.614KiB", 2039: "1.991KiB"} {
		require.Equal(t, want, memory(n))
	}
	// The order of a HashMap of Java with these keys.
	require.Equal(t, []string{"dc2", "dc1"}, javaOrder([]string{"dc1", "dc2"}))
	require.Equal(t, "NaN", javaDouble(ratio(0, 0)))
	require.Equal(t, "1.0", javaDouble(1))
	require.Equal(t, "a   bb\nccc d \n", columns([][]string{{"a ", "bb"}, {"ccc", "d"}}, " "))
}

func newCall() *call {
	c := &call{options: map[string][]string{}}
	c.conn = defaultConnection()
	return c
}
