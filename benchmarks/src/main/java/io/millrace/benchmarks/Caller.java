package io.millrace.benchmarks;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;

/** Makes one target's call on Vert.x. */
final class Caller implements AutoCloseable {

  private final HttpClient http;
  private final RequestOptions request;
  private final Buffer body;
  private final int status;

  Caller(Vertx vertx, Target target, int connectionsMax) {
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions().setTcpNoDelay(true),
            new PoolOptions().setHttp1MaxSize(connectionsMax).setMaxWaitQueueSize(-1));
    this.body = Buffer.buffer(target.body());
    this.status = target.status();
    this.request =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(target.url().getHost())
            .setPort(target.url().getPort())
            .setURI(target.url().getRawPath())
            .putHeader("Content-Type", "application/json");
    if (!target.key().isEmpty()) {
      request.putHeader("Authorization", "Bearer " + target.key());
    }
    if (!target.preference().isEmpty()) {
      request.putHeader("Prefer", target.preference());
    }
  }

  /** True when the answer is what counts as success, its body read to the end. */
  Future<Boolean> call() {
    return http.request(request).compose(this::send).otherwise(false);
  }

  private Future<Boolean> send(HttpClientRequest ready) {
    return ready.send(body).compose(this::read);
  }

  private Future<Boolean> read(HttpClientResponse response) {
    return response.body().map(ignored -> response.statusCode() == status);
  }

  @Override
  public void close() {
    http.close();
  }
}
