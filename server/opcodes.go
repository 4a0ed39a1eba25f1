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

// handler decodes a request's body and answers it. It returns the response or an error for the client.
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
	handle     handler
}

// opcodes is indexed by opcode.
var opcodes = [...]opcodeRow{
	opError:         {op: opError, name: "ERROR", response: true},
	opStartup:       {op: opStartup, name: "STARTUP", handle: handleStartup},
	opReady:         {op: opReady, name: "READY", response: true},
	opAuthenticate:  {op: opAuthenticate, name: "AUTHENTICATE", response: true},
	opCredentials:   {op: opCredentials, name: "CREDENTIALS", handle: handleCredentials},
	opOptions:       {op: opOptions, name: "OPTIONS", handle: handleOptions},
	opSupported:     {op: opSupported, name: "SUPPORTED", response: true},
	opQuery:         {op: opQuery, name: "QUERY", traced: true, handle: handleQuery},
	opResult:        {op: opResult, name: "RESULT", response: true},
	opPrepare:       {op: opPrepare, name: "PREPARE", traced: true, handle: handlePrepare},
	opExecute:       {op: opExecute, name: "EXECUTE", traced: true, handle: handleExecute},
	opRegister:      {op: opRegister, name: "REGISTER", needsLogin: true, handle: handleRegister},
	opEvent:         {op: opEvent, name: "EVENT", response: true},
	opBatch:         {op: opBatch, name: "BATCH", traced: true, handle: handleBatch},
	opAuthChallenge: {op: opAuthChallenge, name: "AUTH_CHALLENGE", response: true},
	opAuthResponse:  {op: opAuthResponse, name: "AUTH_RESPONSE", handle: handleAuthResponse},
	opAuthSuccess:   {op: opAuthSuccess, name: "AUTH_SUCCESS", response: true},
}

func findOpcode(op byte) *opcodeRow {
	if int(op) < len(opcodes) {
		return &opcodes[op]
	}
	return nil
}
