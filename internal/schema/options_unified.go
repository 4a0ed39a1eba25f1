package schema

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"alexandra/internal/cqlerr"
	"alexandra/internal/cqltype"
)

var (
	scalingParameter = regexp.MustCompile(`^(N|L([0-9]+)|T([0-9]+)|[+-]?[0-9]+)$`)
	byteSize         = regexp.MustCompile(`^(?i)\s*[0-9.]+\s*([KMGTPE]i?)?B$`)
)

func javaText(f float64) string { return cqltype.FormatDouble(f) }

// checkUnified is Controller.validateOptions.
func checkUnified(m map[string]string) ([]string, error) {
	own := []string{
		"scaling_parameters", "target_sstable_size", "base_shard_count", "sstable_growth", "min_sstable_size",
		"max_sstables_to_compact", "overlap_inclusion_method", "flush_size_override",
		"expired_sstable_check_frequency_seconds", "unsafe_aggressive_sstable_expiration",
	}
	for _, name := range []string{"base_shard_count", "expired_sstable_check_frequency_seconds"} {
		v, ok := m[name]
		if !ok {
			continue
		}
		n, isInt := javaInt(v)
		if !isInt {
			return nil, notInt(v, name)
		}
		if n <= 0 {
			return nil, cqlerr.Config("Invalid configuration, %s should be positive: %d", name, n)
		}
	}
	for _, name := range []string{"target_sstable_size", "flush_size_override", "min_sstable_size"} {
		if v, ok := m[name]; ok && !byteSize.MatchString(v) {
			return nil, cqlerr.Config("%s %s is not a valid size in bytes: %s does not end in unit B", name, v, v)
		}
	}
	if v, ok := m["sstable_growth"]; ok && !isFraction(v) {
		return nil, cqlerr.Config("sstable_growth %s must be between 0 and 1", v)
	}
	if v, ok := m["max_sstables_to_compact"]; ok {
		if _, isInt := javaInt(v); !isInt {
			return nil, notInt(v, "max_sstables_to_compact")
		}
	}
	if v, ok := m["overlap_inclusion_method"]; ok && !slices.Contains([]string{"NONE", "SINGLE", "TRANSITIVE"}, strings.ToUpper(v)) {
		return nil, cqlerr.Config("Invalid overlap inclusion method %s. The valid options are [NONE, SINGLE, TRANSITIVE].", v)
	}
	if v, ok := m["scaling_parameters"]; ok {
		return own, checkScaling(v)
	}
	return own, nil
}

func isFraction(v string) bool {
	percent := strings.HasSuffix(v, "%")
	f, ok := javaDouble(strings.TrimSuffix(v, "%"))
	if percent {
		f /= 100
	}
	return ok && f >= 0 && f <= 1
}

func checkScaling(text string) error {
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		groups := scalingParameter.FindStringSubmatch(part)
		if groups == nil {
			return cqlerr.Config("Scaling parameter %s must match N|L[0-9]+|T[0-9]+|[+-]?[0-9]+", part)
		}
		for _, fan := range groups[2:4] {
			if n, err := strconv.Atoi(fan); fan != "" && (err != nil || n < 2) {
				return cqlerr.Config("Fan factor cannot be lower than 2 in %s", part)
			}
		}
	}
	return nil
}
