// Command nodetool is the operator's tool: the command names, options and output of Cassandra's nodetool, for Alexandra.
//
//	nodetool status
//	nodetool -h 127.0.0.2 repair -full ks
//	nodetool help repair
//
// It asks the node's admin port (alexandra_admin_port, 7199) at the host that -h names. Each command is a file of its name
// and a row in commands.go; output is exactly Cassandra's, tools read it. What makes no sense here says so. Exit codes: 1
// for a wrong request, 2 when the node failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"alexandra/internal/admin"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// call is one invocation of a command.
type call struct {
	ctx         context.Context
	out, errOut io.Writer
	conn        *admin.Connection
	// printPort is -pp: nodes are shown as address:port.
	printPort bool
	options   map[string][]string
	args      []string
}

// has says whether an option was given, by its first name.
func (c *call) has(name string) bool { return len(c.options[name]) > 0 }

// option is the last value of an option; empty without one.
func (c *call) option(name string) string {
	if v := c.options[name]; len(v) > 0 {
		return v[len(v)-1]
	}
	return ""
}

// number is an option or argument that has to be one.
func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, admin.Usage("For input string: \"%s\"", text)
	}
	return n, nil
}

// arg is an argument; empty when it was not given.
func (c *call) arg(i int) string {
	if i < len(c.args) {
		return c.args[i]
	}
	return ""
}

func (c *call) println(text string) { fmt.Fprintln(c.out, text) }

func (c *call) printf(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// silent is the error of a command that has said everything already.
type silent int

func (s silent) Error() string { return "exit " + strconv.Itoa(int(s)) }

// defaultConnection is the node on this machine.
func defaultConnection() *admin.Connection { return &admin.Connection{Host: "127.0.0.1", Port: 7199} }

func run(args []string, out, errOut io.Writer) int {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	c := &call{ctx: ctx, out: out, errOut: errOut, options: map[string][]string{}, conn: defaultConnection()}
	cmd, err := parse(c, args)
	if err == nil {
		err = cmd.run(c)
	}
	var connect *admin.ConnectError
	var e *admin.Error
	var code silent
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &connect):
		c.printf("nodetool: %s\nSee 'nodetool help' or 'nodetool help <command>'.\n", connect.Error())
		return 1
	case errors.As(err, &e) && e.IsUsage:
		c.printf("nodetool: %s\nSee 'nodetool help' or 'nodetool help <command>'.\n", e.Message)
		return 1
	}
	fmt.Fprintf(errOut, "error: %v\n-- StackTrace --\n%v\n\n", err, err)
	return 2
}

// ask calls an operation of the node.
func ask[Req, Res any](c *call, op admin.Op[Req, Res], r Req) (Res, error) {
	return op.Call(c.ctx, c.conn, r)
}

// host shows an address:port as the command line asks for.
func (c *call) host(address string) string {
	if c.printPort {
		return address
	}
	return address[:max(strings.LastIndexByte(address, ':'), 0)]
}
