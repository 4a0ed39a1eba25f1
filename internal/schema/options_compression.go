package schema

import (
	"strings"

	"alexandra/internal/cqlerr"
)

// compressors are the compressors by simple class name, with their own options.
var compressors = map[string][]string{
	"LZ4Compressor":     {"lz4_compressor_type", "lz4_high_compressor_level"},
	"SnappyCompressor":  nil,
	"DeflateCompressor": nil,
	"NoopCompressor":    nil,
	"ZstdCompressor":    {"compression_level"},
}

// parseCompression is CompressionParams.fromMap and validate. The data here is compressed by other means: the options
// are checked, kept and shown.
func parseCompression(m map[string]string) (map[string]string, error) {
	if len(m) == 0 || isFalse(m["enabled"]) {
		if len(m) > 1 {
			return nil, cqlerr.Config("If the 'enabled' option is set to false no other options must be specified")
		}
		return map[string]string{"enabled": "false"}, nil
	}
	class, ok := m["class"]
	switch {
	case !ok:
		return nil, cqlerr.Config("Missing sub-option 'class' for the 'compression' option.")
	case class == "":
		return nil, cqlerr.Config("The 'class' option must not be empty. To disable compression use 'enabled' : false")
	}
	if !strings.Contains(class, ".") {
		class = compressPackage + class
	}
	out := map[string]string{"class": class, "chunk_length_in_kb": "16"}
	if err := setChunkLength(out, m); err != nil {
		return nil, err
	}
	if err := setCompressRatio(out, m); err != nil {
		return nil, err
	}
	simple := strings.TrimPrefix(class, compressPackage)
	own, known := compressors[simple]
	if !known {
		return nil, cqlerr.Config("Could not create Compression for type %s", class)
	}
	if err := checkCompressor(simple, m); err != nil {
		return nil, err
	}
	if unknown := without(m, append([]string{"class", "chunk_length_in_kb", "min_compress_ratio", "enabled"}, own...)...); len(unknown) > 0 {
		return nil, cqlerr.Config("Unknown compression options %s", unknown[0])
	}
	for _, name := range own {
		if v, ok := m[name]; ok {
			out[name] = v
		}
	}
	return out, nil
}

// isFalse says that an "enabled" was given and is not true (Boolean.parseBoolean).
func isFalse(v string) bool { return v != "" && !strings.EqualFold(v, "true") }

func setChunkLength(out, m map[string]string) error {
	text, ok := m["chunk_length_in_kb"]
	if !ok {
		return nil
	}
	n, ok := javaInt(text)
	switch {
	case !ok:
		return cqlerr.Config("Invalid value for chunk_length_in_kb")
	case n > (1<<31-1)/1024:
		return cqlerr.Config("Value of chunk_length_in_kb is too large (%d)", n)
	case n <= 0:
		return cqlerr.Config("Invalid negative or null chunk_length_in_kb")
	case n&(n-1) != 0:
		return cqlerr.Config("chunk_length_in_kb must be a power of 2")
	}
	out["chunk_length_in_kb"] = text
	return nil
}

func setCompressRatio(out, m map[string]string) error {
	text, ok := m["min_compress_ratio"]
	if !ok {
		return nil
	}
	f, ok := javaDouble(text)
	switch {
	case !ok:
		return cqlerr.Server("java.lang.NumberFormatException: For input string: \"%s\"", text)
	case f < 1 && f != 0:
		return cqlerr.Config("min_compress_ratio can either be 0 or greater than or equal to 1")
	case f != 0:
		out["min_compress_ratio"] = text
	}
	return nil
}

func checkCompressor(simple string, m map[string]string) error {
	switch simple {
	case "ZstdCompressor":
		text, ok := m["compression_level"]
		if !ok {
			return nil
		}
		n, isInt := javaInt(text)
		if !isInt {
			return cqlerr.Config("ZstdCompressor.create() threw an error: java.lang.NumberFormatException For input string: \"%s\"", text)
		}
		if n < -131072 || n > 22 {
			return cqlerr.Config("ZstdCompressor.create() threw an error: java.lang.IllegalArgumentException compression_level=%d is invalid", n)
		}
	case "LZ4Compressor":
		if v, ok := m["lz4_compressor_type"]; ok && v != "high" && v != "fast" {
			return cqlerr.Config("Invalid compressor type '%s' specified for LZ4 parameter 'lz4_compressor_type'. Valid options are [high, fast].", v)
		}
		if v, ok := m["lz4_high_compressor_level"]; ok {
			if n, isInt := javaInt(v); !isInt || n < 1 || n > 17 {
				return cqlerr.Config("Invalid value [%s] for parameter 'lz4_high_compressor_level'. Value must be between 1 and 17.", v)
			}
		}
	}
	return nil
}
