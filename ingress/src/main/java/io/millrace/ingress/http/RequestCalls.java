package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.Prefer;
import io.millrace.ingress.RequestIds;
import io.millrace.ingress.RequestJson;
import io.millrace.ingress.RequestQuery;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What clients ask of their requests: one, a list, an end, the events. */
final class RequestCalls {

  private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(2);
  private static final int LIMIT_DEFAULT = 20;
  private static final int LIMIT_MAX = 100;

  private final PendingCall.Scene scene;
  private final Backend backend;

  RequestCalls(PendingCall.Scene scene) {
    this.scene = scene;
    this.backend = scene.backend();
  }

  void get(Call call, Client client, String id) {
    if (!isKnownForm(call, id)) {
      return;
    }
    switch (CallHeaders.prefer(call)) {
      case Checked.Refused<Prefer> refused -> call.fail(refused.error());
      case Checked.Ok<Prefer>(Prefer prefer) -> {
        var wait = prefer.waitAtMost(backend.config().ingress().waitMax());
        if (wait.isPresent() && wait.get().isPositive()) {
          call.response().putHeader("preference-applied", "wait=" + wait.get().toSeconds());
          new RequestPoll(scene, call, client, id).begin(wait.get(), (state, poll) -> {});
        } else {
          call.ask(
              () -> backend.view().find(client.account(), id), found -> answer(call, id, found));
        }
      }
    }
  }

  private void answer(Call call, String id, Optional<RequestState> found) {
    if (found.isPresent()) {
      answer(backend, call, found.get());
    } else {
      call.fail(ApiError.requestNotFound(id));
    }
  }

  static void answer(Backend backend, Call call, RequestState state) {
    call.await(Bodies.whole(backend, call, state), whole -> write(call, whole));
  }

  private static void write(Call call, RequestState state) {
    if (state.outcome() instanceof Outcome.Finished finished) {
      call.dropped(finished.result().getDroppedParameters());
    }
    call.json(200, RequestJson.bytes(state));
  }

  void list(Call call, Client client) {
    switch (query(call)) {
      case Checked.Refused<RequestQuery> refused -> call.fail(refused.error());
      case Checked.Ok<RequestQuery>(RequestQuery query) ->
          call.ask(
              () -> backend.view().list(client.account(), query),
              page -> call.json(200, RequestJson.list(page.requests(), page.hasMore())));
    }
  }

  private static Checked<RequestQuery> query(Call call) {
    return oneOf(call, "status", RequestStatus.class)
        .then(
            status ->
                oneOf(call, "lane", Lane.class)
                    .then(
                        lane ->
                            Parameters.integer(call, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
                                .then(
                                    limit ->
                                        Checked.ok(
                                            new RequestQuery(
                                                status.orElse(null),
                                                call.parameter("model").orElse(null),
                                                lane.orElse(null),
                                                call.parameter("batch").orElse(null),
                                                call.parameter("after").orElse(null),
                                                limit.intValue())))));
  }

  private static <E extends Enum<E>> Checked<Optional<E>> oneOf(
      Call call, String name, Class<E> type) {
    var given = call.parameter(name);
    if (given.isEmpty()) {
      return Checked.ok(Optional.empty());
    }
    for (var value : type.getEnumConstants()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(given.get())) {
        return Checked.ok(Optional.of(value));
      }
    }
    var words =
        Arrays.stream(type.getEnumConstants())
            .map(value -> value.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    return Checked.refused(Parameters.bad(name, given.get(), "It must be one of " + words + "."));
  }

  /** Ends the request: says so to the dispatcher and waits a moment for the end. */
  void cancel(Call call, Client client, String id) {
    if (isKnownForm(call, id)) {
      new RequestPoll(scene, call, client, id).begin(CANCEL_PATIENCE, this::order);
    }
  }

  private void order(RequestState state, RequestPoll poll) {
    var admission = backend.admission();
    if (!admission.tryBegin()) {
      poll.fail(ApiError.overloaded());
      return;
    }
    backend
        .producer()
        .cancel(
            new CancelRequest(
                state.request().requestId(), poll.account(), backend.clock().instant(), "client"),
            new AcceptListener() {
              @Override
              public void onAcknowledged(int partition, long offset) {
                admission.end();
              }

              @Override
              public void onFailed(Exception cause) {
                admission.end();
                poll.failFromAnyThread(ApiError.notAccepted());
              }
            });
  }

  void events(Call call, Client client, String id) {
    if (isKnownForm(call, id)) {
      var lastId = call.header("Last-Event-ID").or(() -> call.parameter("last_event_id"));
      EventStream.begin(scene, call, client, id, lastId);
    }
  }

  private static boolean isKnownForm(Call call, String id) {
    if (RequestIds.isRequestId(id)) {
      call.isAbout(id);
      return true;
    }
    call.fail(ApiError.requestNotFound(id));
    return false;
  }
}
