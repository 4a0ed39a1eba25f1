package main

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// pad fills a text up with blanks.
func pad(text string, width int) string {
	if n := len([]rune(text)); n < width {
		return text + strings.Repeat(" ", width-n)
	}
	return text
}

// columns are rows under each other, every cell as wide as the widest of its column, the last one too.
func columns(rows [][]string, gap string) string {
	var widths []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		for i, cell := range r {
			if i > 0 {
				b.WriteString(gap)
			}
			b.WriteString(pad(cell, widths[i]))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// fileSize is FileUtils.stringifyFileSize: at most two decimals, binary units.
func fileSize(n float64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for ; i < len(units)-1 && n >= 1<<10; i++ {
		n /= 1 << 10
	}
	return decimals(n, 2) + " " + units[i]
}

// memory is FBUtilities.prettyPrintMemory.
func memory(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.3fGiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.3fMiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.3fKiB", float64(n)/(1<<10))
	}
	return strconv.FormatInt(n, 10) + "B"
}

// decimals is Java's DecimalFormat "#.##": rounded half to even, without zeros at the end.
func decimals(f float64, places int) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return "∞"
	}
	text := strconv.FormatFloat(f, 'f', places, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// percent is a share as "##0.0%" or "##0.00%".
func percent(share float64, places int) string {
	return strconv.FormatFloat(100*share, 'f', places, 64) + "%"
}

// javaHash is String.hashCode.
func javaHash(s string) int32 {
	var h int32
	for _, u := range utf16.Encode([]rune(s)) {
		h = 31*h + int32(u)
	}
	return h
}

// javaOrder sorts keys as a Java HashMap lists them.
func javaOrder(keys []string) []string {
	capacity := 16
	for float64(len(keys)) > .75*float64(capacity) {
		capacity *= 2
	}
	bucket := func(s string) int {
		h := uint32(javaHash(s))
		return int((h ^ h>>16) & uint32(capacity-1))
	}
	out := slices.Clone(keys)
	slices.SortStableFunc(out, func(a, b string) int { return bucket(a) - bucket(b) })
	return out
}

// javaDouble is Double.toString for the numbers that tools print.
func javaDouble(f float64) string {
	if math.IsNaN(f) {
		return "NaN"
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e7 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// ratio divides; NaN when nothing was counted, as Java shows it.
func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

// formatRatio is a number with a fixed count of decimals, or NaN.
func formatRatio(f float64, places int) string {
	if math.IsNaN(f) {
		return "NaN"
	}
	return new(big.Float).SetFloat64(f).Text('f', places)
}
