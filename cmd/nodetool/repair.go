package main

import (
	"strings"
	"time"

	"alexandra/internal/admin"
)

var repairCommand = command{
	name: "repair", summary: "Repair one or more tables", run: runRepair,
	options: []option{
		{names: []string{"-dc", "--in-dc"}, value: "<specific_dc>", help: "Use -dc to repair specific datacenters", many: true},
		{names: []string{"-dcpar", "--dc-parallel"}, help: "Use -dcpar to repair data centers in parallel."},
		{names: []string{"-et", "--end-token"}, value: "<end_token>", help: "Use -et to specify a token at which repair range ends (inclusive)"},
		{names: []string{"-force", "--force"}, help: "Use -force to filter out down endpoints"},
		{names: []string{"-full", "--full"}, help: "Use -full to issue a full repair."},
		{names: []string{"-hosts", "--in-hosts"}, value: "<specific_host>", help: "Use -hosts to repair specific hosts", many: true},
		{names: []string{"-iuk", "--ignore-unreplicated-keyspaces"}, help: "Use --ignore-unreplicated-keyspaces to ignore keyspaces which are not replicated, otherwise the repair will fail"},
		{names: []string{"-j", "--job-threads"}, value: "<job_threads>", help: "Number of threads to run repair jobs. Usually this means number of CFs to repair concurrently. WARNING: increasing this puts more load on repairing nodes, so be careful. (default: 1, max: 4)"},
		{names: []string{"-local", "--in-local-dc"}, help: "Use -local to only repair against nodes in the same datacenter"},
		{names: []string{"-os", "--optimise-streams"}, help: "Use --optimise-streams to try to reduce the number of streams we do (EXPERIMENTAL, see CASSANDRA-3200)."},
		{names: []string{"-paxos-only", "--paxos-only"}, help: "If the --paxos-only flag is included, no table data is repaired, only paxos operations.."},
		{names: []string{"-pl", "--pull"}, help: "Use --pull to perform a one way repair where data is only streamed from a remote node to this node."},
		{names: []string{"-pr", "--partitioner-range"}, help: "Use -pr to repair only the first range returned by the partitioner"},
		{names: []string{"-prv", "--preview"}, help: "Determine ranges and amount of data to be streamed, but don't actually perform repair"},
		{names: []string{"-seq", "--sequential"}, help: "Use -seq to carry out a sequential repair"},
		{names: []string{"-skip-paxos", "--skip-paxos"}, help: "If the --skip-paxos flag is included, the paxos repair step is skipped. Paxos repair is also skipped for preview repairs."},
		{names: []string{"-st", "--start-token"}, value: "<start_token>", help: "Use -st to specify a token at which the repair range starts (exclusive)"},
		{names: []string{"-tr", "--trace"}, help: "Use -tr to trace the repair. Traces are logged to system_traces.events."},
		{names: []string{"-vd", "--validate"}, help: "Checks that repaired data is in sync between nodes. Out of sync repaired data indicates a full repair should be run."},
	},
	args: &arguments{usage: "[<keyspace> <tables>...]", help: "The keyspace followed by one or many tables"},
}

func runRepair(c *call) error {
	r := admin.Repair{
		Primary: c.has("-pr"), Local: c.has("-local"), Force: c.has("-force"), Datacenters: c.options["-dc"], Hosts: c.options["-hosts"],
		StartToken: c.option("-st"), EndToken: c.option("-et"), Full: c.has("-full"), Sequential: c.has("-seq"),
		DatacenterParallel: c.has("-dcpar"), Pull: c.has("-pl"), Preview: c.has("-prv"), Validate: c.has("-vd"), OptimiseStreams: c.has("-os"),
		IgnoreUnreplicated: c.has("-iuk"), PaxosOnly: c.has("-paxos-only"), SkipPaxos: c.has("-skip-paxos"), JobThreads: 1,
	}
	if text := c.option("-j"); text != "" {
		n, err := number(text)
		if err != nil {
			return err
		}
		if n < 1 || n > 4 {
			return admin.Usage("Too many job threads. Max is 4.")
		}
		r.JobThreads = int(n)
	}
	if (r.StartToken == "") != (r.EndToken == "") {
		return admin.Usage("Start and end tokens are both required")
	}
	keyspaces, err := repairKeyspaces(c)
	if err != nil {
		return err
	}
	if len(c.args) > 1 {
		r.Tables = c.args[1:]
	}
	for _, r.Keyspace = range keyspaces {
		completed := false
		if _, err := admin.RepairOp.Follow(c.ctx, c.conn, r, func(line string) {
			c.stamp(line)
			completed = completed || line == repairCompleted
		}); err != nil {
			return err
		}
		if completed {
			// Cassandra's nodetool asks for the end besides waiting for it, and says so.
			c.stamp("condition satisfied queried for parent session status and discovered repair completed.")
			c.stamp(repairCompleted)
		}
	}
	return nil
}

const repairCompleted = "Repair completed successfully"

// stamp prints a line with the time in front.
func (c *call) stamp(line string) {
	c.printf("[%s] %s\n", strings.Replace(time.Now().Format("2006-01-02 15:04:05.000"), ".", ",", 1), line)
}

// repairKeyspaces are the one that is named, or all that lie on the ring but the history of repairs itself.
func repairKeyspaces(c *call) ([]string, error) {
	if len(c.args) > 0 {
		return c.args[:1], nil
	}
	cluster, err := ask(c, admin.ClusterOp, admin.None{})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, k := range cluster.Keyspaces {
		if k.HasRing && k.Name != "system_distributed" {
			names = append(names, k.Name)
		}
	}
	return names, nil
}
