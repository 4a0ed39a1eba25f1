package main

import (
	"bufio"
	"os"
	"slices"
	"strings"

	"alexandra/internal/admin"
)

// command is one row of the table: what help says of it, and what it does.
type command struct {
	name, summary string
	// options are beside the global ones, sorted by name.
	options []option
	args    *arguments
	run     func(*call) error
	// text is a help that is not made of options, for commands with commands of their own.
	text string
	// own marks commands that Cassandra does not have.
	own bool
}

// option is one option of a command. Its first name is its key in call.options.
type option struct {
	names []string
	// value is the name of its value in help; empty for a flag.
	value    string
	help     string
	required bool
	many     bool
}

// arguments are what follows the options.
type arguments struct {
	usage, help string
	// title is how the options section calls them, where it differs from usage.
	title string
	// required names the arguments when all of them have to be given; the command itself checks others.
	required string
	// one keeps only the last argument, as Cassandra's parser does.
	one bool
}

// globals are the options of every command, in the order of help.
var globals = []option{
	{names: []string{"-h", "--host"}, value: "<host>", help: "Node hostname or ip address"},
	{names: []string{"-p", "--port"}, value: "<port>", help: "Remote jmx agent port number"},
	{names: []string{"-pp", "--print-port"}, help: "Operate in 4.0 mode with hosts disambiguated by port number"},
	{names: []string{"-pw", "--password"}, value: "<password>", help: "Remote jmx agent password"},
	{names: []string{"-pwf", "--password-file"}, value: "<passwordFilePath>", help: "Path to the JMX password file"},
	{names: []string{"-u", "--username"}, value: "<username>", help: "Remote jmx agent username"},
}

func findOption(list []option, name string) *option {
	for i := range list {
		if slices.Contains(list[i].names, name) {
			return &list[i]
		}
	}
	return nil
}

func findCommand(name string) *command {
	list := commands()
	for i := range list {
		if list[i].name == name {
			return &list[i]
		}
	}
	return nil
}

// parse reads the command line into c, with the messages of Cassandra's parser.
func parse(c *call, args []string) (*command, error) {
	rest, err := c.takeOptions(args, nil)
	if err != nil {
		return nil, err
	}
	if len(rest) == 0 {
		return findCommand("help"), c.useGlobals()
	}
	cmd := findCommand(rest[0])
	if cmd == nil {
		return nil, admin.Usage("Found unexpected parameters: [%s]", strings.Join(rest, ", "))
	}
	if c.args, err = c.takeOptions(rest[1:], cmd); err != nil {
		return nil, err
	}
	for _, o := range cmd.options {
		if o.required && !c.has(o.names[0]) {
			return nil, admin.Usage("Required option '%s' is missing", o.names[0])
		}
	}
	switch {
	case cmd.args == nil && len(c.args) > 0:
		return nil, admin.Usage("Found unexpected parameters: [%s]", strings.Join(c.args, ", "))
	case cmd.args != nil && cmd.args.required != "" && len(c.args) == 0:
		return nil, admin.Usage("Required parameters are missing: %s", cmd.args.required)
	case cmd.args != nil && cmd.args.one && len(c.args) > 1:
		c.args = c.args[len(c.args)-1:]
	}
	return cmd, c.useGlobals()
}

// takeOptions reads options and returns the other words. Before the command the first other word ends them; behind it
// options and arguments may be mixed, and a word that is no option of the command is an argument. cmd is nil before it.
func (c *call) takeOptions(args []string, cmd *command) (rest []string, err error) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "--" && cmd != nil {
			return append(rest, args[i+1:]...), nil
		}
		name, inline, hasInline := strings.Cut(word, "=")
		var o *option
		if cmd != nil {
			o = findOption(cmd.options, name)
		}
		if o == nil {
			o = findOption(globals, name)
		}
		switch {
		case o == nil && cmd == nil:
			return args[i:], nil
		case o == nil:
			rest = append(rest, word)
		case o.value == "":
			c.options[o.names[0]] = append(c.options[o.names[0]], "true")
		case hasInline:
			c.options[o.names[0]] = append(c.options[o.names[0]], inline)
		case i+1 == len(args):
			return nil, admin.Usage("Required values for option '%s' not provided", strings.Trim(o.value, "<>"))
		default:
			i++
			c.options[o.names[0]] = append(c.options[o.names[0]], args[i])
		}
	}
	return rest, nil
}

// useGlobals makes the connection that the global options describe.
func (c *call) useGlobals() error {
	if c.has("-h") {
		c.conn.Host = strings.Trim(c.option("-h"), "[]")
	}
	if c.has("-p") && !c.isLocal("-p") {
		port, err := number(c.option("-p"))
		if err != nil || port < 1 || port > 65535 {
			return admin.Usage("Invalid port: %s", c.option("-p"))
		}
		c.conn.Port = int(port)
	}
	c.printPort = c.has("-pp")
	c.conn.User, c.conn.Password = c.option("-u"), c.option("-pw")
	if file := c.option("-pwf"); file != "" && c.conn.User != "" {
		password, err := readPassword(file, c.conn.User)
		if err != nil {
			return err
		}
		c.conn.Password = password
	}
	return nil
}

// isLocal says whether a global option's name means something else to the command: import has a -p of its own.
func (c *call) isLocal(name string) bool { return c.option(name) == "true" && name == "-p" }

// readPassword finds a user's password in a file of pairs.
func readPassword(file, user string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", admin.Usage("Password file not found: %s", file)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) >= 2 && fields[0] == user {
			return fields[1], nil
		}
	}
	return "", nil
}
