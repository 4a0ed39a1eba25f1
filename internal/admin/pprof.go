package admin

import (
	"net/http"
	"net/http/pprof"
	"net/netip"
	"time"
)

// profileTimeout limits how long a profile may be recorded.
const profileTimeout = 2 * time.Minute

// addProfiles serves Go's profiles of the process (go tool pprof http://HOST:PORT/debug/pprof/profile), on loopback
// addresses only.
func (s *Server) addProfiles(mux *http.ServeMux) {
	if !s.Listen.Addr().IsLoopback() {
		return
	}
	for path, serve := range map[string]http.HandlerFunc{"": pprof.Index, "profile": pprof.Profile, "symbol": pprof.Symbol, "trace": pprof.Trace} {
		mux.HandleFunc("GET /debug/pprof/"+path, func(w http.ResponseWriter, r *http.Request) {
			// A name in Host may be a page's that was made to lead here.
			if _, err := netip.ParseAddrPort(r.Host); err != nil || !s.admitted(r) {
				http.Error(w, "profiles are for the operator of this machine", http.StatusForbidden)
				return
			}
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(profileTimeout))
			serve(w, r)
		})
	}
}
