package server

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"time"
)

// sniffedConn gives back the bytes that were read to find out what a client speaks.
type sniffedConn struct {
	net.Conn
	r io.Reader
}

func (c *sniffedConn) Read(b []byte) (int, error) { return c.r.Read(b) }

// sniffLength is how many bytes Cassandra waits for before it decides.
const sniffLength = 5

// sniffTLS turns the connection to TLS when its first bytes are a TLS record header, for ports where TLS is optional.
func (c *conn) sniffTLS(cfg *tls.Config) error {
	_ = c.nc.SetReadDeadline(time.Now().Add(c.srv.cfg.HandshakeTimeout))
	head, err := c.r.Peek(sniffLength)
	if err != nil {
		return err
	}
	if !isTLSRecord(head) {
		return nil
	}
	c.srv.mu.Lock()
	c.nc = tls.Server(&sniffedConn{Conn: c.nc, r: c.r}, cfg)
	c.srv.mu.Unlock()
	c.r = bufio.NewReaderSize(c.nc, 8<<10)
	return nil
}

// isTLSRecord recognises the header of a record: a known type and major version 3.
func isTLSRecord(b []byte) bool {
	return b[0] >= 20 && b[0] <= 24 && b[1] == 3
}
