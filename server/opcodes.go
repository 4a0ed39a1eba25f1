package server

import "context"

type opcode byte

// The opcodes of the native protocol, section 2.4.
const (
	opError         opcode = 0x00
	opStartup       opcode = 0x01
	opReady         opcode = 0x02
	opAuthenticate  opcode = 0x03
	opCredentials   opcode = 0x04
	opOptions       opcode = 0x05
	opSupported     opcode = 0x06
	opQuery         opcode = 0x07
	opResult        opcode = 0x08
	opPrepare       opcode = 0x09
	opExecute       opcode = 0x0A
	opRegister      opcode = 0x0B
	opEvent         opcode = 0x0C
	opBatch         opcode = 0x0D
	opAuthChallenge opcode = 0x0E
	opAuthResponse  opcode = 0x0F
	opAuthSuccess   opcode = 0x10
)

// handler answers a request whose body was decoded. It returns the response or an error for the client.
type handler func(ctx context.Context, c *conn, r *request) (*response, error)

// opcodeRow is what the server knows of an opcode.
type opcodeRow struct {
	op       opcode
	name     string
	response bool // travels from server to client
	// needsLogin marks requests that pass the login, datacenter and address check before they are looked at. The
	// executor checks statements itself, so only requests that do not reach it say true.
	needsLogin bool
	traced     bool // the tracing flag is honoured
	// decode reads the body; what it returns becomes request.message. It runs before the stage is checked, as in
	// Cassandra, in the goroutine that reads the connection. nil: the body is of no interest.
	decode func(d *decoder) any
	handle handler
}

// opcodes is indexed by opcode.
var opcodes = [...]opcodeRow{
	opError:         {op: opError, name: "ERROR", response: true},
	opStartup:       {op: opStartup, name: "STARTUP", decode: decodeStartup, handle: handleStartup},
	opReady:         {op: opReady, name: "READY", response: true},
	opAuthenticate:  {op: opAuthenticate, name: "AUTHENTICATE", response: true},
	opCredentials:   {op: opCredentials, name: "CREDENTIALS", decode: decodeCredentials, handle: handleOptions},
	opOptions:       {op: opOptions, name: "OPTIONS", handle: handleOptions},
	opSupported:     {op: opSupported, name: "SUPPORTED", response: true},
	opQuery:         {op: opQuery, name: "QUERY", traced: true, decode: decodeQuery, handle: handleQuery},
	opResult:        {op: opResult, name: "RESULT", response: true},
	opPrepare:       {op: opPrepare, name: "PREPARE", traced: true, decode: decodePrepare, handle: handlePrepare},
	opExecute:       {op: opExecute, name: "EXECUTE", traced: true, decode: decodeExecute, handle: handleExecute},
	opRegister:      {op: opRegister, name: "REGISTER", needsLogin: true, decode: decodeRegister, handle: handleRegister},
	opEvent:         {op: opEvent, name: "EVENT", response: true},
	opBatch:         {op: opBatch, name: "BATCH", traced: true, decode: decodeBatch, handle: handleBatch},
	opAuthChallenge: {op: opAuthChallenge, name: "AUTH_CHALLENGE", response: true},
	opAuthResponse:  {op: opAuthResponse, name: "AUTH_RESPONSE", decode: decodeAuthResponse, handle: handleAuthResponse},
	opAuthSuccess:   {op: opAuthSuccess, name: "AUTH_SUCCESS", response: true},
}

func findOpcode(op byte) *opcodeRow {
	if int(op) < len(opcodes) {
		return &opcodes[op]
	}
	return nil
}
