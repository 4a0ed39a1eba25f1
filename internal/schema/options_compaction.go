package schema

import (
	"maps"
	"slices"
	"strings"

	"alexandra/internal/cqlerr"
)

// compactionStrategy is a strategy's rules: check returns the names of the options that it understands beyond the
// common ones.
type compactionStrategy struct {
	check      func(m map[string]string) ([]string, error)
	thresholds bool // min_threshold and max_threshold are understood
}

var compactionStrategies = map[string]compactionStrategy{
	"SizeTieredCompactionStrategy": {checkSizeTiered, true},
	"LeveledCompactionStrategy":    {checkLeveled, true},
	"TimeWindowCompactionStrategy": {checkTimeWindow, true},
	"UnifiedCompactionStrategy":    {checkUnified, false},
}

// commonCompaction are understood by every strategy.
var commonCompaction = []string{
	"class", "enabled", "tombstone_threshold", "tombstone_compaction_interval", "unchecked_tombstone_compaction",
	"log_all", "only_purge_repaired_tombstones", "provide_overlapping_tombstones",
}

// parseCompaction is CompactionParams.fromMap. Storage compacts by its own rules: the options are checked, kept and shown.
func parseCompaction(m map[string]string) (map[string]string, error) {
	class, ok := m["class"]
	if !ok {
		return nil, cqlerr.Config("Missing sub-option 'class' for the 'compaction' option")
	}
	if !strings.Contains(class, ".") {
		class = compactionPackage + class
	}
	strategy, ok := compactionStrategies[strings.TrimPrefix(class, compactionPackage)]
	if !ok {
		if strings.HasPrefix(class, "java.lang.") {
			return nil, cqlerr.Config("Compaction strategy class %s is not derived from AbstractReplicationStrategy", class)
		}
		return nil, cqlerr.Config("Unable to find compaction strategy class '%s'", class)
	}
	out := maps.Clone(m)
	out["class"] = class
	if v, ok := m["provide_overlapping_tombstones"]; ok {
		upper := strings.ToUpper(v)
		if !slices.Contains([]string{"NONE", "ROW", "CELL"}, upper) {
			return nil, cqlerr.Config("Invalid value %s for 'provide_overlapping_tombstones' compaction sub-option - must be one of the following [NONE, ROW, CELL].", upper)
		}
	}
	if strategy.thresholds {
		for _, o := range thresholds {
			if _, ok := out[o.name]; !ok {
				out[o.name] = o.value
			}
		}
	}
	return out, nil
}

// thresholds are those options of some strategies that are always set, and their defaults.
var thresholds = []struct{ name, value string }{{"min_threshold", "4"}, {"max_threshold", "32"}}

// checkCompaction is CompactionParams.validate.
func checkCompaction(m map[string]string) error {
	class := m["class"]
	strategy, ok := compactionStrategies[strings.TrimPrefix(class, compactionPackage)]
	if !ok {
		return nil // of a table that was there before
	}
	if err := checkStrategy(strategy, class, m); err != nil || !strategy.thresholds {
		return err
	}
	return checkThresholds(m)
}

func checkStrategy(strategy compactionStrategy, class string, m map[string]string) error {
	if err := checkCommonCompaction(m); err != nil {
		return err
	}
	own, err := strategy.check(m)
	if err != nil {
		return err
	}
	known := append(own, commonCompaction...)
	if strategy.thresholds {
		known = append(known, "min_threshold", "max_threshold")
	}
	if unknown := without(m, known...); len(unknown) > 0 {
		return cqlerr.Config("Properties specified %s are not understood by %s", javaList(unknown), strings.TrimPrefix(class, compactionPackage))
	}
	return nil
}

// checkThresholds checks min_threshold and max_threshold.
func checkThresholds(m map[string]string) error {
	numbers := [2]int{}
	for i, o := range thresholds {
		n, ok := javaInt(m[o.name])
		if !ok {
			return cqlerr.Config("Invalid value %s for '%s' compaction sub-option - must be an integer", m[o.name], o.name)
		}
		numbers[i] = n
	}
	least, most := numbers[0], numbers[1]
	switch {
	case least <= 0 || most <= 0:
		return cqlerr.Config("Disabling compaction by setting compaction thresholds to 0 has been removed, set the compaction option 'enabled' to false instead.")
	case least <= 1:
		return cqlerr.Config("Min compaction threshold cannot be less than 2 (got %d)", least)
	case least > most:
		return cqlerr.Config("Min compaction threshold (got %d) cannot be greater than max compaction threshold (got %d)", least, most)
	}
	return nil
}

func checkCommonCompaction(m map[string]string) error {
	if v, ok := m["tombstone_threshold"]; ok {
		f, isNumber := javaDouble(v)
		if !isNumber {
			return notInt(v, "tombstone_threshold")
		}
		if f < 0 {
			return cqlerr.Config("tombstone_threshold must be greater than 0, but was %f", f)
		}
	}
	if v, ok := m["tombstone_compaction_interval"]; ok {
		n, isInt := javaInt(v)
		if !isInt {
			return notInt(v, "tombstone_compaction_interval")
		}
		if n < 0 {
			return cqlerr.Config("tombstone_compaction_interval must be greater than 0, but was %d", n)
		}
	}
	if v, ok := m["unchecked_tombstone_compaction"]; ok && !isBoolean(v) {
		return cqlerr.Config("'unchecked_tombstone_compaction' should be either 'true' or 'false', not '%s'", v)
	}
	if v, ok := m["log_all"]; ok && !isBoolean(v) {
		return cqlerr.Config("'log_all' should either be 'true' or 'false', not %s", v)
	}
	if v, ok := m["enabled"]; ok && !isBoolean(v) {
		return cqlerr.Config("enabled should either be 'true' or 'false', not %s", v)
	}
	return nil
}

func isBoolean(v string) bool { return strings.EqualFold(v, "true") || strings.EqualFold(v, "false") }

func notInt(v, name string) error {
	return cqlerr.Config("%s is not a parsable int (base10) for %s", v, name)
}

func checkSizeTiered(m map[string]string) ([]string, error) {
	if v, ok := m["min_sstable_size"]; ok {
		n, isInt := javaInt(v)
		if !isInt {
			return nil, notInt(v, "min_sstable_size")
		}
		if n < 0 {
			return nil, cqlerr.Config("min_sstable_size must be non negative: %d", n)
		}
	}
	low, high := 0.5, 1.5
	for _, o := range []struct {
		name string
		to   *float64
	}{{"bucket_low", &low}, {"bucket_high", &high}} {
		v, ok := m[o.name]
		if !ok {
			continue
		}
		f, isNumber := javaDouble(v)
		if !isNumber {
			return nil, cqlerr.Config("%s is not a parsable float for %s", v, o.name)
		}
		*o.to = f
	}
	if high <= low {
		return nil, cqlerr.Config("bucket_high value (%s) is less than or equal to the bucket_low value (%s)", javaText(high), javaText(low))
	}
	return []string{"min_sstable_size", "bucket_low", "bucket_high"}, nil
}

func checkLeveled(m map[string]string) ([]string, error) {
	own := []string{"sstable_size_in_mb", "fanout_size", "single_sstable_uplevel", "min_sstable_size", "bucket_low", "bucket_high"}
	if v, ok := m["sstable_size_in_mb"]; ok {
		n, isInt := javaInt(v)
		if !isInt {
			return nil, notInt(v, "sstable_size_in_mb")
		}
		if n < 1 {
			return nil, cqlerr.Config("sstable_size_in_mb must be larger than 0, but was %d", n)
		}
	}
	if v, ok := m["fanout_size"]; ok {
		n, isInt := javaInt(v)
		if !isInt {
			return nil, notInt("1", "fanout_size") // sic: the message shows the size, not the fanout
		}
		if n < 1 {
			return nil, cqlerr.Config("fanout_size must be larger than 0, but was %d", n)
		}
	}
	_, err := checkSizeTiered(m)
	return own, err
}

// durationUnits are the names of java.util.concurrent.TimeUnit.
var durationUnits = []string{"NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS"}

func checkTimeWindow(m map[string]string) ([]string, error) {
	own := []string{
		"timestamp_resolution", "compaction_window_unit", "compaction_window_size",
		"expired_sstable_check_frequency_seconds", "unsafe_aggressive_sstable_expiration",
	}
	if v, ok := m["timestamp_resolution"]; ok && !slices.Contains(durationUnits, v) {
		return nil, cqlerr.Config("%s is not valid for timestamp_resolution", v)
	}
	if v, ok := m["compaction_window_unit"]; ok && (!slices.Contains(durationUnits, v) || slices.Index(durationUnits, v) < 4) {
		return nil, cqlerr.Config("%s is not valid for compaction_window_unit", v)
	}
	if v, ok := m["compaction_window_size"]; ok {
		n, isInt := javaInt(v)
		if !isInt {
			return nil, notInt(v, "compaction_window_size")
		}
		if n < 1 {
			return nil, cqlerr.Config("%d must be greater than 1 for compaction_window_size", n)
		}
	}
	if v, ok := m["expired_sstable_check_frequency_seconds"]; ok {
		n, isInt := javaInt(v)
		if !isInt {
			return nil, notInt(v, "expired_sstable_check_frequency_seconds")
		}
		if n < 0 {
			return nil, cqlerr.Config("expired_sstable_check_frequency_seconds must not be negative, but was %d", n)
		}
	}
	if v, ok := m["unsafe_aggressive_sstable_expiration"]; ok {
		switch {
		case !isBoolean(v):
			return nil, cqlerr.Config("unsafe_aggressive_sstable_expiration is not 'true' or 'false' (%s)", v)
		case strings.EqualFold(v, "true"):
			return nil, cqlerr.Config("unsafe_aggressive_sstable_expiration is requested but not allowed, restart cassandra with -Dcassandra.allow_unsafe_aggressive_sstable_expiration=true to allow it")
		}
	}
	sizeTiered, err := checkSizeTiered(m)
	return append(own, sizeTiered...), err
}
