package fn

import (
	"testing"

	"github.com/stretchr/testify/require"

	"alexandra/internal/cqltype"
)

// As Cassandra answered for system_views.caches and system_views.disk_usage.
func TestTokensOfVirtualTablesAreTheirKeys(t *testing.T) {
	one, err := Resolve(Call{Name: Name{Name: "token"}, Args: nil, PartitionKey: []cqltype.Type{cqltype.Text}, LocalTokens: true})
	require.Error(t, err)
	require.Equal(t, cqltype.Text, one.Return)
	v, err := one.Call(nil, [][]byte{[]byte("keys")})
	require.NoError(t, err)
	require.Equal(t, "keys", string(v))

	two := localTokenFunction([]cqltype.Type{cqltype.Text, cqltype.Text})
	require.Equal(t, "frozen<tuple<text, text>>", two.Return.String())
	v, err = two.Call(nil, [][]byte{[]byte("system"), []byte("IndexInfo")})
	require.NoError(t, err)
	require.Equal(t, "('system', 'IndexInfo')", two.Return.Format(v))
	v, err = two.Call(nil, [][]byte{[]byte("system"), nil})
	require.NoError(t, err)
	require.Nil(t, v)
}
