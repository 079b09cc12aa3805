package io.millrace.ingress.http;

import io.millrace.bootstrap.blobs.BlobNotFoundException;
import io.millrace.ingress.ApiError;
import io.millrace.ingress.RequestIds;
import io.millrace.ingress.kafka.ViewBehindException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One HTTP call: its answer is given once, in OpenAI's form, with an x-request-id. */
final class Call {

  private static final Logger LOG = LoggerFactory.getLogger(Call.class);
  static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
  private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("retry-after");
  private static final CharSequence SHOULD_RETRY = HttpHeaders.createOptimized("x-should-retry");
  private static final CharSequence DROPPED_PARAMETERS =
      HttpHeaders.createOptimized("Millrace-Dropped-Parameters");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence ONE = HttpHeaders.createOptimized("1");
  private static final CharSequence FALSE = HttpHeaders.createOptimized("false");

  /** Time for the client to read a refusal before the connection goes. */
  private static final long LINGER_MS = 1_000;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final LoopQueue loop;
  private final List<Runnable> whenOver = new ArrayList<>();
  private @Nullable String requestId;

  Call(HttpServerRequest request, LoopQueue loop) {
    this.request = request;
    this.response = request.response();
    this.loop = loop;
  }

  HttpServerRequest request() {
    return request;
  }

  HttpServerResponse response() {
    return response;
  }

  LoopQueue loop() {
    return loop;
  }

  /** The request that this call is about; its id goes into the answer's header. */
  void isAbout(String id) {
    requestId = id;
  }

  String requestId() {
    if (requestId == null) {
      requestId = RequestIds.fresh();
    }
    return requestId;
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(request.getParam(name)).filter(text -> !text.isEmpty());
  }

  /** Runs this, on the event loop, once the call is answered or its client gone. */
  void whenOver(Runnable last) {
    if (isOver()) {
      last.run();
      return;
    }
    if (whenOver.isEmpty()) {
      response.endHandler(nothing -> onOver());
    }
    whenOver.add(last);
  }

  private void onOver() {
    whenOver.forEach(Runnable::run);
    whenOver.clear();
  }

  /** True when no answer can be given any more. */
  boolean isOver() {
    return response.ended() || response.closed();
  }

  void json(int status, byte[] body) {
    answer(status, JSON, body);
  }

  /** Names what of the call was not passed on, because the provider cannot take it. */
  void dropped(List<String> parameters) {
    if (!parameters.isEmpty() && !isOver() && !response.headWritten()) {
      response.putHeader(DROPPED_PARAMETERS, String.join(", ", parameters));
    }
  }

  void answer(int status, CharSequence type, byte[] body) {
    if (isOver()) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader(REQUEST_ID, requestId())
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .end(Buffer.buffer(body));
  }

  void fail(ApiError error) {
    if (isOver() || response.headWritten()) {
      return;
    }
    if (error.kind().isTransient()) {
      response.putHeader(RETRY_AFTER, ONE);
    }
    if (error.kind().forbidsRetry()) {
      forbidRetry();
    }
    json(error.kind().status(), error.toJson());
  }

  /**
   * Answers before the body was read; then drops what comes for a moment, because closing at once
   * could lose the answer.
   */
  void failUnread(Vertx vertx, ApiError error) {
    if (isOver()) {
      return;
    }
    var connection = request.connection();
    if (!request.isEnded()) {
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      request.resume();
      vertx.setTimer(LINGER_MS, timer -> connection.close());
    }
    fail(error);
  }

  /** Tells SDKs not to repeat the call, whatever its status. */
  void forbidRetry() {
    response.putHeader(SHOULD_RETRY, FALSE);
  }

  /** Goes on with the answer of another thread, on the event loop, or fails the call. */
  <T> void await(CompletableFuture<T> future, Consumer<T> next) {
    await(future, next, this::fail);
  }

  <T> void await(CompletableFuture<T> future, Consumer<T> next, Consumer<ApiError> failed) {
    future.whenComplete(
        (value, e) ->
            loop.execute(
                () -> {
                  if (e == null) {
                    next.accept(value);
                  } else {
                    failed.accept(errorOf(e));
                  }
                }));
  }

  /** Runs a question that may be refused before it begins. */
  <T> void ask(java.util.function.Supplier<CompletableFuture<T>> question, Consumer<T> next) {
    ask(question, next, this::fail);
  }

  <T> void ask(
      java.util.function.Supplier<CompletableFuture<T>> question,
      Consumer<T> next,
      Consumer<ApiError> failed) {
    CompletableFuture<T> future;
    try {
      future = question.get();
    } catch (RejectedExecutionException e) {
      failed.accept(ApiError.overloaded());
      return;
    }
    await(future, next, failed);
  }

  /** What to answer when something that was asked for failed. */
  ApiError errorOf(Throwable e) {
    var cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    if (cause instanceof ViewBehindException || cause instanceof RejectedExecutionException) {
      return ApiError.overloaded();
    }
    if (cause instanceof BlobNotFoundException) {
      return ApiError.of(ApiError.Kind.NOT_FOUND, "The stored content is not there any more.");
    }
    if (cause instanceof IOException) {
      LOG.atWarn().addKeyValue("error", cause.toString()).log("blob store does not answer");
      return ApiError.storeAway();
    }
    LOG.atError().setCause(cause).log("question to the view failed");
    return ApiError.of(ApiError.Kind.INTERNAL, "The server had an error. Please try again.");
  }
}
