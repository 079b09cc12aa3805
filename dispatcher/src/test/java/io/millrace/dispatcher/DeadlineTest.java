package io.millrace.dispatcher;

import static io.millrace.dispatcher.Fixtures.NOW;
import static io.millrace.dispatcher.Fixtures.aReply;
import static io.millrace.dispatcher.Fixtures.aRequest;
import static io.millrace.dispatcher.Fixtures.started;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.dispatcher.DispatcherEvent.Replied;
import io.millrace.dispatcher.DispatcherEvent.Started;
import io.millrace.dispatcher.DispatcherEvent.Submitted;
import io.millrace.dispatcher.DispatcherEvent.Tick;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.AccountLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A request ends in time wherever it waits, and is sent no more afterwards. */
class DeadlineTest {

  private static final Duration TICK = Duration.ofMillis(20);
  private static final Duration LATE_MAX = Duration.ofMillis(500);
  private static final Instant DEADLINE = NOW.plusSeconds(3);

  /** More than any window lets through at once. */
  private static final int FLOOD = 300;

  private final MemoryState state = new MemoryState();
  private final List<RequestResult> results = new ArrayList<>();
  private final List<AttemptRequested> attempts = new ArrayList<>();
  private Dispatcher dispatcher = dispatcher();

  /** Where the request is when its time runs out. */
  private enum Place {
    BEHIND_A_CLOSED_WINDOW,
    HELD_BACK,
    DEEP_IN_A_LINE,
    BEFORE_ITS_TIME,
    BETWEEN_RETRIES
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void shouldExpireInTimeWhereverItWaits(Place place) {
    // Given
    bring(place);
    // When
    var expiredAt = tickUntilTheEnd();
    // Then
    assertThat(expiredAt).isBetween(DEADLINE, DEADLINE.plus(LATE_MAX));
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void shouldExpireInTimeBehindARestart(Place place) {
    // Given
    bring(place);
    dispatcher = dispatcher();
    // When
    var expiredAt = tickUntilTheEnd();
    // Then
    assertThat(expiredAt).isBetween(DEADLINE, DEADLINE.plus(LATE_MAX));
  }

  @Test
  void shouldOrderAnAbortInTimeWhenNoWorkerHasStartedTheAttempt() {
    // Given
    submit(aRequest("req_1").setDeadline(DEADLINE));
    // When
    var before = tick(DEADLINE.minusMillis(1));
    var after = tick(DEADLINE);
    // Then
    assertThat(before).isEmpty();
    assertThat(after).hasExactlyElementsOfTypes(Decision.OrderAbort.class);
  }

  @Test
  void shouldGiveUpOnACallThatWasOrderedToAbortBeforeARestart() {
    // Given
    submit(aRequest("req_1").setDeadline(DEADLINE));
    on(new Started(started(attempts.getFirst(), "life-1", NOW)), NOW);
    tick(NOW.plusMillis(200));
    var ordered = tick(DEADLINE);
    dispatcher = dispatcher();
    // When
    var endedAt = tickUntilTheEnd();
    // Then
    assertThat(ordered).hasExactlyElementsOfTypes(Decision.OrderAbort.class);
    assertThat(endedAt).isBefore(DEADLINE.plusSeconds(15));
  }

  @ParameterizedTest
  @CsvSource({"TIMEOUT, EXPIRED", "OVERLOADED, EXPIRED", "INVALID, FAILED"})
  void shouldTellTheDeadlineWhenItEndedTheCall(Verdict verdict, RequestStatus told) {
    // Given
    submit(aRequest("req_1").setDeadline(DEADLINE));
    var attempt = attempts.getFirst();
    on(new Started(started(attempt, "life-1", NOW)), NOW);
    // When
    on(new Replied(aReply(attempt, verdict, DEADLINE).build()), DEADLINE);
    // Then
    assertThat(status("req_1")).contains(told);
  }

  @ParameterizedTest
  @CsvSource({"-1, false", "0, true", "400, true"})
  void shouldSendNothingAfterItsDeadline(int lateMs, boolean isTooLate) {
    // Given
    flood();
    submit(aRequest("req_1").setDeadline(DEADLINE));
    tick(DEADLINE.minusMillis(1));
    // When
    var at = DEADLINE.plusMillis(lateMs);
    for (var attempt : List.copyOf(attempts)) {
      on(new Started(started(attempt, "life-1", at)), at);
    }
    // Then
    assertThat(attempts.stream().anyMatch(a -> a.getRequestId().equals("req_1")))
        .isEqualTo(!isTooLate);
    assertThat(status("req_1").isPresent()).isEqualTo(isTooLate);
  }

  @Test
  void shouldExpireTheEarliestFirstAndAFewAtATime() {
    // Given
    flood();
    for (int i = 0; i < 1_200; i++) {
      var request = aRequest("late_" + i).setAccount("a" + i % 3);
      submit(request.setDeadline(DEADLINE.minusMillis(i)));
    }
    // When
    var perTick = new ArrayList<Integer>();
    for (int i = 0; i < 3; i++) {
      int before = results.size();
      tick(DEADLINE.plus(TICK.multipliedBy(i)));
      perTick.add(results.size() - before);
    }
    // Then
    assertThat(perTick).containsExactly(500, 500, 200);
    assertThat(results.getFirst().getRequestId()).isEqualTo("late_1199");
    assertThat(results.getLast().getRequestId()).isEqualTo("late_0");
  }

  @Test
  void shouldWakeWhatAnOlderVersionSetATimerFor() {
    // Given
    submit(aRequest("req_1").setNotBefore(NOW.plusSeconds(60)).setDeadline(DEADLINE));
    state.timers.clear();
    state.schedule(new Timer(DEADLINE, Timer.Kind.DEADLINE, "req_1"));
    state.schedule(new Timer(DEADLINE, Timer.Kind.DEADLINE, "req_unknown"));
    // When
    tick(DEADLINE);
    // Then
    assertThat(status("req_1")).contains(RequestStatus.EXPIRED);
    assertThat(state.timers).isEmpty();
  }

  @Test
  void shouldKeepOneEntryBesideAWaitingRequest() {
    // Given
    flood();
    int inLine = state.inLine();
    // When
    submit(aRequest("req_1").setDeadline(DEADLINE));
    submit(aRequest("req_2").setDeadline(DEADLINE).setNotBefore(NOW.plusSeconds(1)));
    // Then
    assertThat(state.inLine() - inLine).isEqualTo(1);
    assertThat(state.timers).extracting(Timer::subject).containsExactly("req_2");
  }

  private void bring(Place place) {
    var request = aRequest("req_1").setDeadline(DEADLINE);
    switch (place) {
      case BEHIND_A_CLOSED_WINDOW -> {
        flood();
        submit(request);
      }
      case HELD_BACK -> {
        submit(aRequest("req_0").setAccount("narrow"));
        submit(request.setAccount("narrow"));
      }
      case DEEP_IN_A_LINE -> {
        flood();
        for (int i = 0; i < 200; i++) {
          submit(aRequest("sooner_" + i).setAccount("deep").setDeadline(DEADLINE.minusMillis(i)));
        }
        submit(request.setAccount("deep"));
      }
      case BEFORE_ITS_TIME -> submit(request.setNotBefore(DEADLINE.plusSeconds(60)));
      case BETWEEN_RETRIES -> {
        submit(request);
        var attempt = attempts.getFirst();
        on(new Started(started(attempt, "life-1", NOW)), NOW);
        var reply = aReply(attempt, Verdict.RATE_LIMITED, NOW).setRetryAfterMs(2_800L);
        on(new Replied(reply.build()), NOW);
        assertThat(state.request("req_1").orElseThrow().wakeAt()).isPresent();
        flood();
      }
    }
  }

  private void flood() {
    for (int i = 0; i < FLOOD; i++) {
      submit(aRequest("flood_" + i).setAccount("flood").setDeadline(NOW.plusSeconds(60)));
    }
  }

  private Instant tickUntilTheEnd() {
    var now = NOW;
    while (status("req_1").isEmpty() && now.isBefore(DEADLINE.plusSeconds(30))) {
      now = now.plus(TICK);
      tick(now);
    }
    assertThat(status("req_1")).contains(RequestStatus.EXPIRED);
    return now;
  }

  private Optional<RequestStatus> status(String id) {
    return results.stream()
        .filter(result -> result.getRequestId().equals(id))
        .map(RequestResult::getStatus)
        .findFirst();
  }

  private void submit(RequestSubmitted.Builder request) {
    on(new Submitted(request.build()), NOW);
  }

  private List<Decision> tick(Instant now) {
    return on(new Tick(), now);
  }

  private List<Decision> on(DispatcherEvent event, Instant now) {
    var decisions = dispatcher.on(event, now);
    for (var decision : decisions) {
      if (decision instanceof Decision.PublishResult d) {
        results.add(d.result());
      } else if (decision instanceof Decision.WriteAttempt d) {
        attempts.add(d.attempt());
      }
    }
    return decisions;
  }

  private Dispatcher dispatcher() {
    var narrow =
        new AccountConfig(
            "narrow",
            List.of(),
            List.of(),
            new AccountLimits(Long.MAX_VALUE, Long.MAX_VALUE, 1),
            1,
            "");
    var made = new Dispatcher(Fixtures.policies(narrow), state);
    made.recover(NOW);
    return made;
  }
}
