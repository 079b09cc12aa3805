package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.Prefer;
import io.millrace.ingress.ResultLine;
import io.millrace.ingress.kafka.ViewTopology;
import io.vertx.core.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;

/** A batch's results in the order of finishing, from a cursor on, as they come. */
final class ResultCalls {

  private static final CharSequence NDJSON = HttpHeaders.createOptimized("application/x-ndjson");
  private static final int LIMIT_DEFAULT = 100;
  private static final int LIMIT_MAX = 1_000;

  private final PendingCall.Scene scene;

  ResultCalls(PendingCall.Scene scene) {
    this.scene = scene;
  }

  /** Which results are asked for. */
  private record Question(String batchId, long after, int limit, Duration patience) {}

  void results(Call call, Client client) {
    switch (question(call)) {
      case Checked.Refused<Question> refused -> call.fail(refused.error());
      case Checked.Ok<Question>(Question question) ->
          new Poll(scene, call, client, question).begin();
    }
  }

  private Checked<Question> question(Call call) {
    var batch = call.parameter("batch");
    if (batch.isEmpty()) {
      return Checked.refused(
          new ApiError(
              ApiError.Kind.MISSING_PARAMETER, "Missing required parameter: 'batch'.", "batch"));
    }
    return Parameters.integer(call, "after", -1, -1, Long.MAX_VALUE - 1)
        .then(
            after ->
                Parameters.integer(call, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
                    .then(
                        limit ->
                            patience(call)
                                .then(
                                    patience ->
                                        Checked.ok(
                                            new Question(
                                                batch.get(), after, limit.intValue(), patience)))));
  }

  private Checked<Duration> patience(Call call) {
    var waitMax = scene.backend().config().ingress().waitMax();
    return CallHeaders.prefer(call)
        .then((Prefer prefer) -> Checked.ok(prefer.waitAtMost(waitMax).orElse(Duration.ZERO)));
  }

  /** Listens first, then looks, then waits; told of news it looks again, one look at a time. */
  private static final class Poll implements OpenCalls.OpenCall, Runnable {

    private final PendingCall.Scene scene;
    private final Call call;
    private final Client client;
    private final Question question;
    private final String key;
    private boolean isLooking;
    private boolean isToldMeanwhile;
    private boolean isOver;
    private long timer = -1;

    Poll(PendingCall.Scene scene, Call call, Client client, Question question) {
      this.scene = scene;
      this.call = call;
      this.client = client;
      this.question = question;
      this.key = ViewTopology.batchKey(client.account(), question.batchId());
    }

    void begin() {
      if (!scene.backend().admission().tryWait()) {
        call.fail(ApiError.overloaded());
        return;
      }
      scene.open().add(this);
      call.response().closeHandler(nothing -> end());
      if (question.patience().isPositive()) {
        scene.backend().listeners().batches().register(key, this);
        timer = scene.vertx().setTimer(question.patience().toMillis(), id -> onTimeout());
      }
      look();
    }

    /** Called by the view's thread. */
    @Override
    public void run() {
      call.loop().execute(this::look);
    }

    private void look() {
      if (isOver) {
        return;
      }
      if (isLooking) {
        isToldMeanwhile = true;
        return;
      }
      isLooking = true;
      call.ask(
          () ->
              scene
                  .backend()
                  .view()
                  .results(
                      client.account(), question.batchId(), question.after(), question.limit()),
          this::onLooked,
          this::fail);
    }

    private void onLooked(List<Outcome.Finished> found) {
      isLooking = false;
      if (isOver) {
        return;
      }
      if (!found.isEmpty() || timer < 0) {
        answer(found);
      } else if (isToldMeanwhile) {
        isToldMeanwhile = false;
        look();
      }
    }

    private void onTimeout() {
      timer = -1;
      if (!isOver && !isLooking) {
        answer(List.of());
      }
    }

    private void answer(List<Outcome.Finished> found) {
      end();
      call.await(Bodies.whole(scene.backend(), call, found), this::write);
    }

    private void write(List<Outcome.Finished> found) {
      var lines = new ByteArrayOutputStream();
      for (var finished : found) {
        lines.writeBytes(ResultLine.toJson(finished.result(), finished.cursor()));
      }
      call.answer(200, NDJSON, lines.toByteArray());
    }

    private void fail(ApiError error) {
      if (!isOver) {
        end();
        call.fail(error);
      }
    }

    private void end() {
      if (isOver) {
        return;
      }
      isOver = true;
      scene.backend().listeners().batches().deregister(key, this);
      scene.backend().admission().endWait();
      scene.open().remove(this);
      if (timer >= 0) {
        scene.vertx().cancelTimer(timer);
      }
    }

    @Override
    public void onDrain() {
      onTimeout();
    }

    @Override
    public void abandon() {
      fail(ApiError.overloaded());
    }
  }
}
