package admin

import (
	"bufio"
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"
)

const (
	// maxRequest limits the body of a request.
	maxRequest = 1 << 20
	// readTimeout limits how long a request may take to arrive.
	readTimeout = 10 * time.Second
	// maxPasswordFile limits the file of names and passwords.
	maxPasswordFile = 64 << 10
)

// ServerConfig is what a server needs.
type ServerConfig struct {
	Listen     netip.AddrPort
	Operations Operations
	// Current, where it is set, says whose operations are meant by a request of this name, or why there are none: for nodes
	// that come and go behind an open port.
	Current func(name string) (Operations, error)
	// PasswordFile holds lines of a name and a password, like jmxremote.password. It is read at each request. It is
	// required when Listen is no loopback address.
	PasswordFile string
	Log          *slog.Logger
}

// Server answers nodetool.
type Server struct {
	ServerConfig
	http     *http.Server
	listener net.Listener
	done     chan struct{}
	cancel   context.CancelFunc
}

// Serve opens the port and answers until Stop.
func Serve(c ServerConfig) (*Server, error) {
	if !c.Listen.Addr().IsLoopback() && c.PasswordFile == "" {
		return nil, fmt.Errorf("alexandra_admin_address %s can be reached from other machines: set alexandra_admin_password_file, or a loopback address", c.Listen.Addr())
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	l, err := net.Listen("tcp", c.Listen.String())
	if err != nil {
		return nil, fmt.Errorf("nodetool's port (alexandra_admin_address, alexandra_admin_port): %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{ServerConfig: c, listener: l, done: make(chan struct{}), cancel: cancel}
	s.http = &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: readTimeout, ReadTimeout: readTimeout, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l)
	}()
	return s, nil
}

// Addr is the address with the port that is really open.
func (s *Server) Addr() netip.AddrPort {
	a, _ := s.listener.Addr().(*net.TCPAddr)
	return a.AddrPort()
}

// stopPatience is how long operations that are under way may finish their answer.
const stopPatience = 100 * time.Millisecond

// Stop closes the port and ends what is under way.
func (s *Server) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
	defer cancel()
	_ = s.http.Shutdown(ctx)
	s.cancel()
	_ = s.http.Close()
	<-s.done
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	for _, o := range operations {
		mux.HandleFunc("POST /"+o.name(), func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, o) })
	}
	s.addProfiles(mux)
	return mux
}

// line is one line of an answer: exactly one of its fields is there.
type line struct {
	Progress *string         `json:",omitempty"`
	Result   json.RawMessage `json:",omitempty"`
	Error    *Error          `json:",omitempty"`
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, o operation) {
	// A page in a browser cannot send this type across sites.
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		http.Error(w, "requests are application/json", http.StatusUnsupportedMediaType)
		return
	}
	if !s.admitted(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="alexandra"`)
		http.Error(w, "Authentication failed! Invalid username or password", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "the request is too large or did not arrive", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	flush := http.NewResponseController(w)
	result, err := s.run(r.Context(), o, body, func(text string) {
		if out.Encode(line{Progress: &text}) == nil {
			_ = flush.Flush()
		}
	})
	if err == nil {
		var raw []byte
		if raw, err = json.Marshal(result); err == nil {
			_ = out.Encode(line{Result: raw})
			return
		}
	}
	s.Log.Debug("nodetool was refused", "operation", o.name(), "error", err)
	_ = out.Encode(line{Error: toError(err)})
}

// run turns a panic of an operation into an error: nodetool must not end the node.
func (s *Server) run(ctx context.Context, o operation, body []byte, p Progress) (result any, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.Log.Error("an operation of nodetool failed unexpectedly", "operation", o.name(), "panic", fmt.Sprint(v))
			err = Failed("%v", v)
		}
	}()
	operations := s.Operations
	if s.Current != nil {
		if operations, err = s.Current(o.name()); err != nil {
			return nil, err
		}
	}
	return o.run(ctx, operations, body, p)
}

// admitted checks name and password; without a password file everybody who reaches the port is.
func (s *Server) admitted(r *http.Request) bool {
	if s.PasswordFile == "" {
		return true
	}
	name, password, ok := r.BasicAuth()
	if !ok {
		return false
	}
	file, err := os.Open(s.PasswordFile)
	if err != nil {
		s.Log.Error("alexandra_admin_password_file cannot be read: nodetool is refused", "error", err)
		return false
	}
	defer file.Close()
	admitted := false
	for lines := bufio.NewScanner(io.LimitReader(file, maxPasswordFile)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		same := subtle.ConstantTimeCompare([]byte(fields[0]), []byte(name)) & subtle.ConstantTimeCompare([]byte(fields[1]), []byte(password))
		admitted = admitted || same == 1
	}
	return admitted
}
