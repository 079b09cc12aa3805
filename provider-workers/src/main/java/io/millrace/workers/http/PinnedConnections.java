package io.millrace.workers.http;

import io.millrace.workers.AddressPolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Connections to hosts that clients named, made to the very address that was judged: the name stays
 * in Host and SNI, but a second resolution, which could give another address, is never asked for.
 */
final class PinnedConnections implements AutoCloseable {

  private static final int RESOLVERS = 16;
  private static final int CONNECT_TIMEOUT_MS = 5000;

  private final AddressPolicy policy;
  private final AddressResolver resolver;
  private final HttpClient client;
  private final WorkerExecutor resolvers;

  /**
   * @param name of the client in metrics and threads
   * @param perHostMax connections to one host
   */
  PinnedConnections(
      Vertx vertx, String name, AddressPolicy policy, AddressResolver resolver, int perHostMax) {
    this.policy = policy;
    this.resolver = resolver;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setName(name).setConnectTimeout(CONNECT_TIMEOUT_MS),
            new PoolOptions().setHttp1MaxSize(perHostMax));
    this.resolvers = vertx.createSharedWorkerExecutor(name + "-resolvers", RESOLVERS);
  }

  /** An address of the host is not one that may be reached. */
  static final class ForbiddenAddressException extends Exception {
    private static final long serialVersionUID = 1;
  }

  /**
   * A request that is ready to be sent; fails with {@link ForbiddenAddressException} or {@link
   * UnknownHostException}, or because no connection could be made.
   */
  Future<HttpClientRequest> connect(HttpMethod method, AddressPolicy.Destination.Allowed to) {
    return resolvers
        .executeBlocking(() -> judged(to.host()), false)
        .compose(address -> client.request(options(method, to, address)));
  }

  @Override
  public void close() {
    client.close();
    resolvers.close();
  }

  private static RequestOptions options(
      HttpMethod method, AddressPolicy.Destination.Allowed to, InetAddress address) {
    return new RequestOptions()
        .setMethod(method)
        .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(address, to.port())))
        .setHost(to.host())
        .setPort(to.port())
        .setSsl(to.isTls())
        .setURI(to.pathAndQuery())
        .setFollowRedirects(false);
  }

  /** The first address of the host; all of them must be allowed. */
  private InetAddress judged(String host) throws UnknownHostException, ForbiddenAddressException {
    var addresses = resolver.resolve(host);
    for (var address : addresses) {
      if (!policy.allows(address)) {
        throw new ForbiddenAddressException();
      }
    }
    if (addresses.isEmpty()) {
      throw new UnknownHostException(host);
    }
    return addresses.getFirst();
  }
}
