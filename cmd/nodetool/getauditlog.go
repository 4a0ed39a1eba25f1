package main

var getauditlogCommand = command{
	name: "getauditlog", summary: "Print configuration of audit log if enabled, otherwise the configuration reflected in cassandra.yaml", run: runGetAuditLog,
}

func runGetAuditLog(c *call) error {
	c.printf("%s", columns([][]string{{"enabled", "false"}}, " "))
	return nil
}
