package fn

import (
	"encoding/binary"
	"time"

	"alexandra/internal/cqltype"
)

func timeFunctions() []*Function {
	list := []*Function{
		current("now", cqltype.Timeuuid, timeUUID),
		current("current_timeuuid", cqltype.Timeuuid, timeUUID),
		current("currenttimeuuid", cqltype.Timeuuid, timeUUID),
	}
	for _, c := range []struct {
		names [2]string
		ret   cqltype.Type
		value func(time.Time) []byte
	}{
		{[2]string{"current_timestamp", "currenttimestamp"}, cqltype.Timestamp, func(t time.Time) []byte { return cqltype.EncodeTimestamp(t.UnixMilli()) }},
		{[2]string{"current_date", "currentdate"}, cqltype.Date, func(t time.Time) []byte { return millisDate(t.UnixMilli()) }},
		{[2]string{"current_time", "currenttime"}, cqltype.Time, func(t time.Time) []byte { return cqltype.EncodeTime(t.UnixNano() % nanosPerDay) }},
	} {
		for _, name := range c.names {
			list = append(list, current(name, c.ret, func(ctx *Context) []byte { return c.value(ctx.Now) }))
		}
	}
	for _, names := range []struct{ plain, old string }{{"to_date", "todate"}, {"to_timestamp", "totimestamp"}, {"to_unix_timestamp", "tounixtimestamp"}} {
		for _, name := range []string{names.plain, names.old} {
			list = append(list, conversions(names.plain, name)...)
		}
	}
	for _, name := range []string{"min_timeuuid", "mintimeuuid"} {
		list = append(list, boundUUID(name, 0, minUUIDRest))
	}
	for _, name := range []string{"max_timeuuid", "maxtimeuuid"} {
		list = append(list, boundUUID(name, ticksPerMilli-1, maxUUIDRest))
	}
	return list
}

func timeUUID(ctx *Context) []byte {
	u := ctx.TimeUUID()
	return u[:]
}

func current(name string, ret cqltype.Type, value func(*Context) []byte) *Function {
	return &Function{
		Keyspace: SystemKeyspace, Name: name, Return: ret, Native: true,
		Call: func(ctx *Context, _ [][]byte) ([]byte, error) { return value(ctx), nil },
	}
}

// conversions are the overloads of a function that turns one kind of time into another.
func conversions(family, name string) []*Function {
	ret, encode := cqltype.Date, millisDate
	if family != "to_date" {
		ret, encode = cqltype.Timestamp, cqltype.EncodeTimestamp
	}
	if family == "to_unix_timestamp" {
		ret = cqltype.Bigint
	}
	var list []*Function
	for _, from := range []struct {
		t      cqltype.Type
		decode decodeMillis
	}{{cqltype.Timeuuid, timeuuidMillis}, {cqltype.Date, dateMillis}, {cqltype.Timestamp, cqltype.DecodeTimestamp}} {
		if cqltype.Equal(from.t, ret) {
			continue
		}
		list = append(list, &Function{
			Keyspace: SystemKeyspace, Name: name, Args: []cqltype.Type{from.t}, Return: ret, Native: true, Deterministic: true, Monotonic: true,
			Call: call1(func(v []byte) ([]byte, error) {
				if empty(v) {
					return nil, nil
				}
				return encode(from.decode(v)), nil
			}),
		})
	}
	return list
}

// Version 1 UUIDs count ticks of 100 ns since 1582-10-15, which is this many milliseconds before 1970.
const (
	ticksPerMilli   = 10_000
	uuidEpochMillis = -12_219_292_800_000
	uuidVersion1    = 0x1000

	// The second halves of the least and greatest UUID of a tick; their bytes compare as signed ones.
	minUUIDRest = 0x8080808080808080
	maxUUIDRest = 0x7f7f7f7f7f7f7f7f
)

// boundUUID is the least or greatest timeuuid of a millisecond.
func boundUUID(name string, ticks int64, rest uint64) *Function {
	return &Function{
		Keyspace: SystemKeyspace, Name: name, Args: []cqltype.Type{cqltype.Timestamp}, Return: cqltype.Timeuuid, Native: true, Deterministic: true,
		Call: call1(func(v []byte) ([]byte, error) {
			if empty(v) {
				return nil, nil
			}
			return boundOf(cqltype.DecodeTimestamp(v), ticks, rest), nil
		}),
	}
}

// boundOf is a version 1 UUID of a Unix time in milliseconds and some ticks. Before 1582 the time spills over the version.
func boundOf(millis, ticks int64, rest uint64) []byte {
	t := uint64((millis-uuidEpochMillis)*ticksPerMilli + ticks)
	u := binary.BigEndian.AppendUint32(make([]byte, 0, 16), uint32(t))
	u = binary.BigEndian.AppendUint16(u, uint16(t>>32))
	u = binary.BigEndian.AppendUint16(u, uint16(t>>48)|uuidVersion1)
	return binary.BigEndian.AppendUint64(u, rest)
}
