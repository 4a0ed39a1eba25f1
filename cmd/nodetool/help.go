package main

import (
	"cmp"
	"slices"
	"strings"
)

// helpCommand prints what there is to know without a node.
var helpCommand = command{
	name: "help", summary: "Display help information", args: &arguments{usage: "[<command>]"},
	text: "NAME\n        nodetool help - Display help information\n\nSYNOPSIS\n        nodetool help [--] [<command>...]\n\nOPTIONS\n        --\n" +
		wrap(strings.Fields(separatorHelp), 12, 12, helpWidth) + "\n        <command>\n\n\n",
}

func runHelp(c *call) error {
	switch cmd := findCommand(c.arg(0)); {
	case len(c.args) == 0:
		c.printf("%s", overview())
	case cmd == nil:
		c.printf("Unknown command %s\n\n", c.args[0])
	case cmd.text != "":
		c.printf("%s\n", cmd.text)
	default:
		c.printf("%s\n", cmd.help())
	}
	return nil
}

const overviewHead = `usage: nodetool [(-pp | --print-port)] [(-h <host> | --host <host>)]
        [(-u <username> | --username <username>)]
        [(-pw <password> | --password <password>)] [(-p <port> | --port <port>)]
        [(-pwf <passwordFilePath> | --password-file <passwordFilePath>)] <command>
        [<args>]

The most commonly used nodetool commands are:
`

// overview lists the commands that Cassandra has, as Cassandra does; "help <command>" knows the others as well.
func overview() string {
	var b strings.Builder
	b.WriteString(overviewHead)
	for _, cmd := range commands() {
		if !cmd.own {
			b.WriteString("    " + pad(cmd.name, 36) + cmd.summary + "\n")
		}
	}
	b.WriteString("\nSee 'nodetool help <command>' for more information on a specific command.\n\n")
	return b.String()
}

// helpWidth is where lines are broken; the synopsis may be as much wider as it is indented.
const (
	helpWidth     = 80
	synopsisWidth = helpWidth + 8
)

// help is the page of one command, in the form of a manual.
func (cmd *command) help() string {
	var b strings.Builder
	b.WriteString("NAME\n")
	b.WriteString(wrap(strings.Fields("nodetool "+cmd.name+" - "+cmd.summary), 8, 8, helpWidth))
	b.WriteString("\nSYNOPSIS\n")
	words := []string{"nodetool"}
	for _, o := range globals {
		words = append(words, o.synopsis())
	}
	words = append(words, cmd.name)
	for _, o := range cmd.options {
		words = append(words, o.synopsis())
	}
	if cmd.args != nil {
		words = append(append(words, "[--]"), strings.Fields(cmd.args.usage)...)
	}
	b.WriteString(wrap(words, 8, 16, synopsisWidth))
	b.WriteString("\nOPTIONS\n")
	all := append(slices.Clone(globals), cmd.options...)
	slices.SortStableFunc(all, func(x, y option) int { return strings.Compare(x.sortKey(), y.sortKey()) })
	for _, o := range all {
		b.WriteString("        " + o.title() + "\n")
		b.WriteString(wrap(strings.Fields(o.help), 12, 12, helpWidth) + "\n")
	}
	if cmd.args != nil {
		b.WriteString("        --\n" + wrap(strings.Fields(separatorHelp), 12, 12, helpWidth) + "\n")
		b.WriteString(wrap(strings.Fields(cmp.Or(cmd.args.title, cmd.args.usage)), 8, 8, helpWidth) + wrap(strings.Fields(cmd.args.help), 12, 12, helpWidth) + "\n")
	}
	return b.String()
}

const separatorHelp = "This option can be used to separate command-line options from the list of argument, (useful when arguments might be mistaken for command-line options"

// sortKey orders options by their first name without dashes.
func (o option) sortKey() string { return strings.ToLower(strings.TrimLeft(o.names[0], "-")) }

func (o option) with(name string) string {
	if o.value == "" {
		return name
	}
	return name + " " + o.value
}

// title is the line above an option's explanation.
func (o option) title() string {
	var parts []string
	for _, n := range o.names {
		parts = append(parts, o.with(n))
	}
	return strings.Join(parts, ", ")
}

// synopsis is the option as one unbreakable word of the synopsis.
func (o option) synopsis() string {
	var parts []string
	for _, n := range o.names {
		parts = append(parts, o.with(n))
	}
	text := strings.Join(parts, " | ")
	if len(parts) > 1 {
		text = "(" + text + ")"
	}
	dots := ""
	if o.many {
		dots = "..."
	}
	if o.required {
		return text + dots
	}
	return "[" + text + dots + "]"
}

// wrap breaks words into lines; a word that does not fit starts a new line.
func wrap(words []string, first, rest, width int) string {
	var b strings.Builder
	line := strings.Repeat(" ", first)
	empty := true
	for _, w := range words {
		switch {
		case empty:
			line += w
		case len(line)+1+len(w) > width && len(w) <= helpWidth:
			b.WriteString(line + "\n")
			line = strings.Repeat(" ", rest) + w
		default:
			line += " " + w
		}
		empty = false
	}
	return b.String() + line + "\n"
}
