package io.millrace.workers.http;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.ProviderTimeouts;
import io.millrace.workers.CallSink;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.blobs.AttemptBodies;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the calls to one provider: thousands at once, none with a thread of its own. The adapter
 * says what to send and how to read; this class sends, reads, keeps time and aborts. How many run
 * at once is the caller's decision.
 */
public final class AttemptRunner implements AutoCloseable {

  /** Largest answer, so that a reply still fits into a record. */
  static final int ANSWER_BYTES_MAX = 16 * 1024 * 1024;

  /** HTTP/2 servers allow at least so many streams on a connection as a rule. */
  private static final int STREAMS_PER_CONNECTION = 100;

  private static final int KEEP_ALIVE_SECONDS = 30;

  private final Vertx vertx;
  private final EventLoops loops;
  private final ProviderAdapter adapter;
  private final ProviderTimeouts timeouts;
  private final Clock clock;
  private final HttpClient client;
  private final Keys keys;
  private final MediaFetcher media;
  private final Optional<AttemptBodies> bodies;
  private final Map<String, ProviderCall> running = new ConcurrentHashMap<>();

  /** For attempts that carry their bodies themselves and name no files. */
  public AttemptRunner(
      Vertx vertx,
      EventLoops loops,
      ProviderConfig provider,
      ProviderAdapter adapter,
      MediaFetcher media,
      Clock clock) {
    this(vertx, loops, provider, adapter, media, Optional.empty(), clock);
  }

  /**
   * @param bodies where bodies and files are that attempts do not carry themselves
   */
  public AttemptRunner(
      Vertx vertx,
      EventLoops loops,
      ProviderConfig provider,
      ProviderAdapter adapter,
      MediaFetcher media,
      Optional<AttemptBodies> bodies,
      Clock clock) {
    this.vertx = vertx;
    this.loops = loops;
    this.adapter = adapter;
    this.timeouts = provider.timeouts();
    this.clock = clock;
    this.client = clientOf(vertx, provider, adapter.baseUrl());
    this.keys = new Keys(vertx, adapter.credentials(), clock);
    this.media = media;
    this.bodies = bodies;
  }

  /** Makes the call. Returns at once; the sink hears the rest on an event loop. */
  public void run(AttemptRequested attempt, CallSink sink) {
    var call = new ProviderCall(this, attempt, sink);
    running.put(attempt.getAttemptId(), call);
    call.start();
  }

  /** Aborts a call; its reply says cancelled. False when no such call runs. */
  public boolean cancel(String attemptId) {
    var call = running.get(attemptId);
    if (call == null) {
      return false;
    }
    call.cancel();
    return true;
  }

  /** Calls that run. */
  public int inFlight() {
    return running.size();
  }

  /** Aborts every call without a reply: nobody knows what came of them. */
  public void abandonAll() {
    running.values().forEach(ProviderCall::abandon);
  }

  @Override
  public void close() {
    client.close();
  }

  Vertx vertx() {
    return vertx;
  }

  EventLoops loops() {
    return loops;
  }

  HttpClient client() {
    return client;
  }

  Keys keys() {
    return keys;
  }

  MediaFetcher media() {
    return media;
  }

  Optional<AttemptBodies> bodies() {
    return bodies;
  }

  ProviderAdapter adapter() {
    return adapter;
  }

  ProviderTimeouts timeouts() {
    return timeouts;
  }

  Clock clock() {
    return clock;
  }

  void ended(String attemptId, ProviderCall call) {
    running.remove(attemptId, call);
  }

  private static HttpClient clientOf(Vertx vertx, ProviderConfig provider, URI baseUrl) {
    boolean isTls = "https".equals(baseUrl.getScheme());
    int concurrency = provider.limits().concurrencyMax();
    var options =
        new HttpClientOptions()
            .setName("provider-" + provider.name())
            .setConnectTimeout((int) provider.timeouts().connect().toMillis())
            .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
            .setSsl(isTls)
            .setUseAlpn(isTls)
            .setProtocolVersion(isTls ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1);
    var pool =
        new PoolOptions()
            .setHttp1MaxSize(concurrency)
            .setHttp2MaxSize(1 + concurrency / STREAMS_PER_CONNECTION)
            .setMaxWaitQueueSize(concurrency);
    return vertx.createHttpClient(options, pool);
  }
}
