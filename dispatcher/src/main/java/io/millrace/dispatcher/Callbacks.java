package io.millrace.dispatcher;

import io.millrace.schemas.CallbackReplied;
import io.millrace.schemas.CallbackRequested;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * When a client's URL is told, and told again. The pauses are those that Standard Webhooks
 * recommends, with jitter; they live in the state, so a restart neither loses nor hastens one.
 */
final class Callbacks {

  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(14),
          Duration.ofHours(20),
          Duration.ofHours(24));

  private final DispatcherState state;

  Callbacks(DispatcherState state) {
    this.state = state;
  }

  /** Asks for the next delivery. */
  void send(PendingCallback callback, Instant now, List<Decision> out) {
    var next = callback.again();
    state.put(next);
    out.add(
        new Decision.RequestCallback(
            CallbackRequested.newBuilder()
                .setCallbackId(next.callbackId())
                .setRequestId(next.requestId())
                .setAccount(next.account())
                .setUrl(next.url())
                .setEventType(next.eventType())
                .setNumber(next.number())
                .setWrittenAt(now)
                .setPayload(next.payload())
                .build()));
  }

  void onReply(CallbackReplied reply, int attemptsMax, Instant now) {
    var callback = state.callback(reply.getCallbackId());
    // A delivery made twice, because its outcome was not noted in time, answers twice.
    if (callback.isEmpty() || callback.get().number() != reply.getNumber()) {
      return;
    }
    if (reply.getDelivered() || !reply.getRetriable() || reply.getNumber() >= attemptsMax) {
      state.removeCallback(reply.getCallbackId());
      return;
    }
    state.schedule(new Timer(now.plus(pause(reply)), Timer.Kind.CALLBACK, reply.getCallbackId()));
  }

  private static Duration pause(CallbackReplied reply) {
    var pause = PAUSES.get(Math.min(reply.getNumber(), PAUSES.size()) - 1);
    double jitter = 0.9 + 0.2 * RetrySchedule.fraction(reply.getCallbackId() + reply.getNumber());
    var jittered = Duration.ofMillis((long) (pause.toMillis() * jitter));
    return reply
        .getRetryAfterMs()
        .map(Duration::ofMillis)
        .filter(wish -> wish.compareTo(jittered) > 0)
        .orElse(jittered);
  }
}
