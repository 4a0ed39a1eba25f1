package daemon

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"

	"alexandra/internal/admin"
	"alexandra/internal/config"
	"alexandra/internal/node"
)

// operations are the node's, and what belongs to the process around it.
type operations struct {
	*node.Node
	process *process
}

var _ admin.Operations = operations{}

// serveAdmin opens the port of nodetool.
func (p *process) serveAdmin(cfg *config.Config, n *node.Node) (*admin.Server, error) {
	addr, err := netip.ParseAddr(cfg.AdminAddress)
	if err != nil {
		return nil, config.Refuse("Unknown alexandra_admin_address '" + cfg.AdminAddress + "'")
	}
	s, err := admin.Serve(admin.ServerConfig{
		Listen: netip.AddrPortFrom(addr, uint16(cfg.AdminPort)), Operations: operations{n, p}, PasswordFile: cfg.AdminPasswordFile, Log: p.log,
	})
	if err != nil {
		return nil, config.Refuse(err.Error())
	}
	return s, nil
}

// StopDaemon ends the process as a signal would.
func (o operations) StopDaemon(context.Context, admin.None) (admin.None, error) {
	o.process.log.Info("Cassandra shutting down...")
	o.process.stop()
	return admin.None{}, nil
}

// Info adds what the log has counted.
func (o operations) Info(ctx context.Context, r admin.None) (*admin.Info, error) {
	i, err := o.Node.Info(ctx, r)
	if err == nil {
		i.Exceptions = o.process.errors.Load()
	}
	return i, err
}

// LogLevel reads or changes the level of the log.
func (o operations) LogLevel(_ context.Context, l admin.LogLevel) (*admin.LogLevel, error) {
	if l.Set {
		level, ok := levels[strings.ToUpper(l.Level)]
		if !ok {
			return nil, admin.Usage("unknown log level '%s'", l.Level)
		}
		o.process.level.Set(level)
	}
	return &admin.LogLevel{Level: levelName(o.process.level.Level())}, nil
}

// levels are logback's names; without a name the level of the start comes back.
var levels = map[string]slog.Level{
	"": slog.LevelInfo, "ALL": slog.LevelDebug - 4, "TRACE": slog.LevelDebug - 4, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo,
	"WARN": slog.LevelWarn, "ERROR": slog.LevelError, "OFF": slog.LevelError + 4,
}
