import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.schema.SchemaChangeListenerBase;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The Java driver against two datacenters: Check DC1_IP DC2_IP. */
public class Check {
  static CqlSession connect(String ip, String dc, String user, CountDownLatch tableCreated) {
    return CqlSession.builder()
        .addContactPoint(new InetSocketAddress(ip, 9042))
        .withLocalDatacenter(dc)
        .withAuthCredentials(user, user.equals("cassandra") ? "cassandra" : "secret")
        .withSchemaChangeListener(
            new SchemaChangeListenerBase() {
              @Override
              public void onTableCreated(TableMetadata table) {
                if (table.getKeyspace().asInternal().equals("drv_java")) tableCreated.countDown();
              }
            })
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(10))
                .build())
        .build();
  }

  static void check(boolean ok, String what) {
    if (!ok) throw new AssertionError(what);
  }

  public static void main(String[] args) throws Exception {
    CountDownLatch created = new CountDownLatch(1);
    try (CqlSession s = connect(args[0], "dc1", "cassandra", created)) {
      s.execute("DROP KEYSPACE IF EXISTS drv_java");
      s.execute("CREATE KEYSPACE drv_java WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1, 'dc2': 1}");
      s.execute("DROP ROLE IF EXISTS drv_java");
      s.execute("CREATE ROLE drv_java WITH LOGIN = true AND PASSWORD = 'secret' AND ACCESS TO DATACENTERS {'dc1'}");
      s.execute("GRANT ALL ON KEYSPACE drv_java TO drv_java");
    }
    try (CqlSession s = connect(args[0], "dc1", "drv_java", created)) {
      s.execute("CREATE TABLE drv_java.t (k int, c int, v text, PRIMARY KEY (k, c))");
      check(created.await(10, TimeUnit.SECONDS), "no schema event");
      PreparedStatement insert = s.prepare("INSERT INTO drv_java.t (k, c, v) VALUES (?, ?, ?)");
      for (int c = 0; c < 25; c++) s.execute(insert.bind(1, c, "v" + c));
      List<Integer> sizes = new ArrayList<>();
      AsyncResultSet page =
          s.executeAsync(SimpleStatement.newInstance("SELECT c FROM drv_java.t WHERE k = 1").setPageSize(10)).toCompletableFuture().get();
      while (true) {
        int n = 0;
        for (var ignored : page.currentPage()) n++;
        sizes.add(n);
        if (!page.hasMorePages()) break;
        page = page.fetchNextPage().toCompletableFuture().get();
      }
      check(sizes.equals(List.of(10, 10, 5)), "pages of " + sizes);
    }
    try (CqlSession s = connect(args[1], "dc2", "drv_java", created)) {
      check(false, "the login at dc2 was not refused");
    } catch (AllNodesFailedException e) {
      check(e.getAllErrors().toString().contains("You do not have access to this datacenter (dc2)"), "refused with other words: " + e.getAllErrors());
    }
    System.out.println("ok");
    System.exit(0);
  }
}
