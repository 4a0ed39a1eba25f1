package server

import (
	"context"
	"strconv"
	"strings"

	"alexandra/auth"
	"alexandra/internal/cqlerr"
)

const (
	cqlVersion = "3.4.7"
	// minCQLVersion is what Cassandra really compares with, whatever its message says.
	minCQLMajor, minCQLMinor = 2, 99
)

// decodeStartup reads the options; their names are upper-cased.
func decodeStartup(d *decoder) any {
	raw := d.stringMap()
	options := make(map[string]string, len(raw))
	for k, v := range raw {
		options[strings.ToUpper(k)] = v
	}
	return options
}

// handleStartup takes over the connection's options. On success the connection's version is settled; the answer itself
// still travels the old way, see conn.serveInitial.
func handleStartup(_ context.Context, c *conn, r *request) (*response, error) {
	options := r.message.(map[string]string)
	if err := c.chooseCompression(options, r.version); err != nil {
		return nil, err
	}
	version, ok := options["CQL_VERSION"]
	if !ok {
		return nil, cqlerr.Protocol("Missing value CQL_VERSION in STARTUP message")
	}
	if err := checkCQLVersion(version); err != nil {
		return nil, err
	}
	c.info.setOptions(options)
	c.throwOnOverload = options["THROW_ON_OVERLOAD"] == "1" ||
		(options["THROW_ON_OVERLOAD"] == "" && r.version >= 5 && c.srv.cfg.ThrowOnOverload)
	if !c.srv.auth.RequireAuthentication() {
		c.session.SetUser(auth.User{Name: auth.AnonymousName})
		c.stage.Store(int32(stageReady))
		return newResponse(opReady), nil
	}
	c.negotiator = c.srv.auth.NewNegotiator(c.session.Remote.Addr(), c.peerCertificates())
	c.stage.Store(int32(stageAuthenticating))
	resp := newResponse(opAuthenticate)
	resp.body = appendString(resp.body, c.srv.auth.Class())
	return resp, nil
}

// errCompression marks the errors after which a version 5 connection stays unframed.
type errCompression struct{ cause *cqlerr.Error }

func (e errCompression) Error() string { return e.cause.Message }

func (e errCompression) Unwrap() error { return e.cause }

func (c *conn) chooseCompression(options map[string]string, version int) error {
	name, ok := options["COMPRESSION"]
	if !ok {
		return nil
	}
	name = strings.ToLower(name)
	z, ok := compressors[name]
	switch {
	case !ok:
		return errCompression{cqlerr.Protocol("Unknown compression algorithm: %s", name)}
	case name == "snappy" && version >= 5:
		return errCompression{cqlerr.Protocol("Snappy compression is not supported in protocol V5")}
	}
	c.compress = z
	return nil
}

func checkCQLVersion(v string) error {
	core, _, _ := strings.Cut(v, "-")
	parts := strings.Split(core, ".")
	if len(parts) != 3 {
		return cqlerr.Protocol("Invalid version value: %s", v)
	}
	var n [3]int
	for i, p := range parts {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil || n[i] < 0 {
			return cqlerr.Protocol("Invalid version value: %s", v)
		}
	}
	if n[0] < minCQLMajor || n[0] == minCQLMajor && n[1] < minCQLMinor {
		return cqlerr.Protocol("CQL version %s is not supported by the binary protocol (supported version are >= 3.0.0)", v)
	}
	return nil
}

// decodeCredentials refuses the login message of version 1, which is gone.
func decodeCredentials(d *decoder) any {
	d.fail(cqlerr.Protocol("Unsupported message"))
	return nil
}
