package main

var setguardrailsconfigCommand = command{
	name: "setguardrailsconfig", summary: "Modify runtime configuration of guardrails.", run: unsupported("guardrails are set in cassandra.yaml"),
	args: &arguments{usage: "[<setter> <value1> ...]", help: "For flags, possible values are 'true' or 'false'. For thresholds, two values are expected, first for failure, second for warning. For values, enumeration of values expected or one value where multiple items are separated by comma. Setting for thresholds accepting strings and value guardrails are reset by specifying 'null' or '[]' value. For thresholds accepting integers, the reset value is -1."},
}
