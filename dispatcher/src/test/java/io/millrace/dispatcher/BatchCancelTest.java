package io.millrace.dispatcher;

import static io.millrace.dispatcher.Fixtures.NOW;
import static io.millrace.dispatcher.Fixtures.aReply;
import static io.millrace.dispatcher.Fixtures.aRequest;
import static io.millrace.dispatcher.Fixtures.started;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.dispatcher.DispatcherEvent.BatchCancelAsked;
import io.millrace.dispatcher.DispatcherEvent.Replied;
import io.millrace.dispatcher.DispatcherEvent.Started;
import io.millrace.dispatcher.DispatcherEvent.Submitted;
import io.millrace.dispatcher.DispatcherEvent.Tick;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a batch's lines, wherever they are, when the batch is cancelled. */
class BatchCancelTest {

  private static final String BATCH = "batch_1";
  private static final Instant EXPIRES_AT = NOW.plusSeconds(3_600);
  private static final Duration TICK = Duration.ofMillis(20);

  /** More than any window lets through at once. */
  private static final int FLOOD = 300;

  private final MemoryState state = new MemoryState();
  private final List<RequestResult> results = new ArrayList<>();
  private final List<AttemptRequested> attempts = new ArrayList<>();
  private Dispatcher dispatcher = dispatcher();

  /** Where a line is when its batch is cancelled. */
  private enum Place {
    IN_LINE,
    BEFORE_ITS_TIME,
    BETWEEN_RETRIES,
    NOT_YET_FED
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void shouldEndALineThatDoesNotRun(Place place) {
    // Given
    bring(place);
    int sent = attempts.size();
    // When
    cancel("acme");
    tick(NOW);
    if (place == Place.NOT_YET_FED) {
      submit(line("req_1"));
    }
    // Then
    var result = result("req_1").orElseThrow();
    assertThat(result.getStatus()).isEqualTo(RequestStatus.CANCELLED);
    assertThat(result.getErrorCode()).contains("batch_cancelled");
    assertThat(attempts).hasSize(sent);
    assertThat(state.requests).doesNotContainKey("req_1");
  }

  @ParameterizedTest
  @EnumSource(
      value = Place.class,
      names = {"IN_LINE", "BEFORE_ITS_TIME", "BETWEEN_RETRIES"})
  void shouldGoOnBehindARestart(Place place) {
    // Given
    bring(place);
    cancel("acme");
    dispatcher = dispatcher();
    // When
    tick(NOW);
    // Then
    assertThat(result("req_1").map(RequestResult::getStatus)).contains(RequestStatus.CANCELLED);
    assertThat(state.cancelledBatches.values()).allMatch(CancelledBatch::isSwept);
  }

  @ParameterizedTest
  @CsvSource({"COMPLETED, COMPLETED", "OVERLOADED, CANCELLED", "INVALID, CANCELLED"})
  void shouldLetARunningCallEndAndNotRepeatIt(Verdict verdict, RequestStatus status) {
    // Given
    submit(line("req_1"));
    var attempt = attempts.getFirst();
    on(new Started(started(attempt, "life-1", NOW)), NOW);
    // When
    cancel("acme");
    tick(NOW);
    boolean isOpen = result("req_1").isEmpty();
    on(new Replied(aReply(attempt, verdict, NOW).build()), NOW);
    // Then
    assertThat(isOpen).isTrue();
    assertThat(result("req_1").map(RequestResult::getStatus)).contains(status);
    assertThat(attempts).hasSize(1);
  }

  @Test
  void shouldLeaveOtherWorkAlone() {
    // Given
    flood();
    submit(line("req_other_batch").setBatchId("batch_2"));
    submit(line("req_no_batch").setBatchId(null));
    submit(line("req_other_account").setAccount("globex"));
    // When
    cancel("acme");
    tick(NOW);
    // Then
    assertThat(results).isEmpty();
  }

  @Test
  void shouldNotCancelTheBatchOfAnotherAccount() {
    // Given
    flood();
    submit(line("req_1"));
    // When
    cancel("globex");
    tick(NOW);
    // Then
    assertThat(results).isEmpty();
  }

  @Test
  void shouldEndAFewAtATimeAndAllOfThem() {
    // Given
    flood();
    for (int i = 0; i < 1_200; i++) {
      submit(line("req_" + i));
    }
    // When
    cancel("acme");
    var perTick = new ArrayList<Integer>();
    for (int i = 0; i < 4; i++) {
      int before = results.size();
      tick(NOW.plus(TICK.multipliedBy(i)));
      perTick.add(results.size() - before);
    }
    // Then
    assertThat(perTick.getFirst()).isEqualTo(500);
    assertThat(results).hasSize(1_200);
    assertThat(results).extracting(RequestResult::getRequestId).doesNotHaveDuplicates();
  }

  @Test
  void shouldForgetABatchWhenNoneOfItsLinesCanComeAnyMore() {
    // Given
    cancel("acme");
    // When
    tick(EXPIRES_AT.plus(Duration.ofDays(1)));
    // Then
    assertThat(state.cancelledBatches).isEmpty();
    assertThat(state.timers).isEmpty();
  }

  @Test
  void shouldNameTheWindowWhenALineExpires() {
    // When
    submit(line("req_1").setDeadline(NOW));
    // Then
    assertThat(result("req_1").flatMap(RequestResult::getErrorCode)).contains("batch_expired");
  }

  private void bring(Place place) {
    switch (place) {
      case IN_LINE -> {
        flood();
        submit(line("req_1"));
      }
      case BEFORE_ITS_TIME -> submit(line("req_1").setNotBefore(NOW.plusSeconds(60)));
      case BETWEEN_RETRIES -> {
        submit(line("req_1"));
        var attempt = attempts.getFirst();
        on(new Started(started(attempt, "life-1", NOW)), NOW);
        on(
            new Replied(aReply(attempt, Verdict.RATE_LIMITED, NOW).setRetryAfterMs(2_800L).build()),
            NOW);
        assertThat(state.request("req_1").orElseThrow().wakeAt()).isPresent();
      }
      case NOT_YET_FED -> {}
    }
  }

  private static RequestSubmitted.Builder line(String id) {
    return aRequest(id).setBatchId(BATCH).setCustomId(id).setDeadline(EXPIRES_AT);
  }

  private void flood() {
    for (int i = 0; i < FLOOD; i++) {
      submit(aRequest("flood_" + i).setAccount("flood").setDeadline(EXPIRES_AT));
    }
  }

  private void cancel(String account) {
    on(new BatchCancelAsked(new CancelBatch(BATCH, account, NOW, EXPIRES_AT, "client")), NOW);
  }

  private Optional<RequestResult> result(String id) {
    return results.stream().filter(result -> result.getRequestId().equals(id)).findFirst();
  }

  private void submit(RequestSubmitted.Builder request) {
    on(new Submitted(request.build()), NOW);
  }

  private void tick(Instant now) {
    on(new Tick(), now);
  }

  private void on(DispatcherEvent event, Instant now) {
    for (var decision : dispatcher.on(event, now)) {
      if (decision instanceof Decision.PublishResult d) {
        results.add(d.result());
      } else if (decision instanceof Decision.WriteAttempt d) {
        attempts.add(d.attempt());
      }
    }
  }

  private Dispatcher dispatcher() {
    var made = new Dispatcher(Fixtures.policies(), state);
    made.recover(NOW);
    return made;
  }
}
