package server

import (
	"encoding/binary"
	"fmt"

	"alexandra/internal/cqlerr"
)

// The versions served. Version 6 is a beta that a client has to ask for.
const (
	minVersion     = 3
	maxVersion     = 5
	betaVersion    = 6
	currentVersion = 5 // what errors are sent in while a connection has no version yet
)

// Flags of an envelope's header.
const (
	flagCompressed = 0x01
	flagTracing    = 0x02
	flagPayload    = 0x04
	flagWarning    = 0x08
	flagBeta       = 0x10
)

const (
	headerSize   = 9
	headerSizeV2 = 8 // versions 1 and 2 had a one-byte stream id
)

// header is the nine bytes in front of every message.
type header struct {
	version  int // without the direction bit
	response bool
	flags    byte
	stream   int16
	opcode   byte
	length   int32
}

func parseHeader(b []byte) header {
	return header{
		version:  int(b[0] & 0x7f),
		response: b[0]&0x80 != 0,
		flags:    b[1],
		stream:   int16(binary.BigEndian.Uint16(b[2:])),
		opcode:   b[4],
		length:   int32(binary.BigEndian.Uint32(b[5:])),
	}
}

// envelope is a request as it came: header and uncompressed body.
type envelope struct {
	header
	body []byte
}

// putHeader fills the header of a response whose body stands behind it in b.
func putHeader(b []byte, version int, flags byte, stream int16, op opcode) {
	if version == betaVersion {
		flags |= flagBeta
	}
	b[0], b[1], b[4] = byte(version)|0x80, flags, byte(op)
	binary.BigEndian.PutUint16(b[2:], uint16(stream))
	binary.BigEndian.PutUint32(b[5:], uint32(len(b)-headerSize))
}

const supportedVersions = "(3/v3, 4/v4, 5/v5, 6/v6-beta)"

func versionName(v int) string {
	if v == betaVersion {
		return "6/v6-beta"
	}
	return fmt.Sprintf("%d/v%d", v, v)
}

func unsupportedVersion(v int) *cqlerr.Error {
	return cqlerr.Protocol("Invalid or unsupported protocol version (%d); supported versions are %s", v, supportedVersions)
}

// checkVersion is the first check of every envelope, made on its first two bytes.
func (h header) checkVersion(allowOld bool) *cqlerr.Error {
	switch {
	case h.version < minVersion || h.version > betaVersion:
		return unsupportedVersion(h.version)
	case h.version == betaVersion && h.flags&flagBeta == 0:
		return cqlerr.Protocol("Beta version of the protocol used (%s), but USE_BETA flag is unset", versionName(betaVersion))
	case h.version < currentVersion && !allowOld:
		return cqlerr.Protocol("Rejecting Protocol Version %s < %s.", versionName(h.version), versionName(currentVersion))
	}
	return nil
}

// checkOpcode finds the opcode's row, or says what is wrong with it.
func (h header) checkOpcode() (*opcodeRow, *cqlerr.Error) {
	row := findOpcode(h.opcode)
	if row == nil {
		return nil, cqlerr.Protocol("Unknown opcode %d", h.opcode)
	}
	if h.response != row.response || row.response {
		want, got := "REQUEST", "RESPONSE"
		if row.response {
			want, got = "RESPONSE", "REQUEST"
		}
		return nil, cqlerr.Protocol("Wrong protocol direction (expected %s, got %s) for opcode %d (%s)", want, got, h.opcode, row.name)
	}
	return row, nil
}
