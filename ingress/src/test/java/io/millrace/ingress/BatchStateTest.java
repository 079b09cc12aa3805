package io.millrace.ingress;

import static io.millrace.ingress.Records.AT;
import static io.millrace.ingress.Records.aResult;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.BatchChecked;
import io.millrace.schemas.BatchError;
import io.millrace.schemas.BatchFed;
import io.millrace.schemas.BatchSubmitted;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.Lane;
import io.millrace.schemas.OnDoubt;
import io.millrace.schemas.RequestStatus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a batch has come to, from what was asked and what came back. */
class BatchStateTest {

  private static final String ID = BatchIds.fresh();
  private static final Duration RETENTION = Duration.ofDays(30);

  @ParameterizedTest
  @CsvSource({
    // checked at, cancelled at, good, failed, cancelled, expired of 4
    "  ,   , 0, 0, 0, 0, VALIDATING",
    "  ,  5, 0, 0, 0, 0, CANCELLING",
    "10,   , 0, 0, 0, 0, IN_PROGRESS",
    "10,   , 3, 0, 0, 0, IN_PROGRESS",
    "10,   , 3, 1, 0, 0, COMPLETED",
    "10,   , 0, 4, 0, 0, COMPLETED",
    "10,   , 3, 0, 0, 1, EXPIRED",
    "10, 20, 3, 0, 0, 0, CANCELLING",
    "10, 20, 2, 0, 2, 0, CANCELLED",
    "10, 20, 4, 0, 0, 0, CANCELLED",
    "10, 99, 4, 0, 0, 0, COMPLETED",
    "10, 20, 2, 0, 1, 1, CANCELLED",
  })
  void shouldTellWhereItStands(
      @Nullable Integer checkedAt,
      @Nullable Integer cancelledAt,
      int good,
      int failed,
      int cancelled,
      int expired,
      BatchStatus status) {
    // Given
    var batch = StoredBatch.of(submitted());
    if (checkedAt != null) {
      batch = batch.with(checked(checkedAt, List.of()));
    }
    if (cancelledAt != null) {
      batch = batch.with(cancel(cancelledAt));
    }
    var counts = BatchCounts.NONE;
    long offset = 0;
    for (var end : ends(good, failed, cancelled, expired)) {
      counts = counts.with(end, 10, offset++);
    }
    // When
    var state = new BatchState(batch, counts);
    // Then
    assertThat(state.status()).isEqualTo(status);
    assertThat(state.outputFile(RETENTION).isPresent()).isEqualTo(status.isTerminal() && good > 0);
    assertThat(state.errorFile(RETENTION).isPresent())
        .isEqualTo(status.isTerminal() && failed + cancelled + expired > 0);
  }

  @Test
  void shouldFailWithErrorsAndNotWhenItWasCancelledBefore() {
    // Given
    var bad = checked(10, List.of(new BatchError("empty_file", "", null, null)));
    var batch = StoredBatch.of(submitted()).with(bad);
    // When
    var failed = new BatchState(batch, BatchCounts.NONE);
    var cancelled =
        new BatchState(StoredBatch.of(submitted()).with(cancel(5)).with(bad), BatchCounts.NONE);
    // Then
    assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
    assertThat(failed.isResumable()).isFalse();
    assertThat(cancelled.status()).isEqualTo(BatchStatus.CANCELLED);
  }

  @Test
  void shouldCountEachResultOnceHoweverOftenItIsReplayed() {
    // Given
    var results = ends(2, 1, 0, 0);
    var once = BatchCounts.NONE;
    for (int i = 0; i < results.size(); i++) {
      once = once.with(results.get(i), 10, i);
    }
    // When
    var twice = once;
    for (int i = 0; i < results.size(); i++) {
      twice = twice.with(results.get(i), 10, i);
    }
    // Then
    assertThat(twice).isEqualTo(once);
    assertThat(once.completed()).isEqualTo(2);
    assertThat(once.outputBytes()).isEqualTo(20);
    assertThat(once.errorBytes()).isEqualTo(10);
  }

  @Test
  void shouldKeepTheFurthestMarkAndTheFirstOfAllElse() {
    // Given
    var batch =
        StoredBatch.of(submitted()).with(checked(10, List.of())).with(fed(3, 60)).with(cancel(20));
    // When
    var again = batch.with(checked(11, List.of())).with(fed(2, 40)).with(cancel(21));
    // Then
    assertThat(again).isEqualTo(batch);
    assertThat(batch.isOpen()).isTrue();
    assertThat(batch.with(fed(4, 100)).isOpen()).isFalse();
  }

  @Test
  void shouldEndWithWhatWasFedWhenItCannotBeFedToTheEnd() {
    // Given
    var batch = StoredBatch.of(submitted()).with(checked(10, List.of())).with(fed(3, 60));
    var broken = checked(30, List.of(new BatchError("invalid_input_file", "", null, null)));
    // When
    var ended = batch.with(broken);
    // Then
    assertThat(new BatchState(ended, BatchCounts.NONE).status()).isEqualTo(BatchStatus.FAILED);
    assertThat(ended.with(broken)).isEqualTo(ended);
    assertThat(ended.isOpen()).isFalse();
  }

  @Test
  void shouldNameItsFilesSoThatTheyLeadBack() {
    // When
    var output = BatchIds.outputFile(ID);
    var error = BatchIds.errorFile(ID);
    // Then
    assertThat(BatchIds.resultFile(output)).contains(new BatchIds.ResultFile(ID, true));
    assertThat(BatchIds.resultFile(error)).contains(new BatchIds.ResultFile(ID, false));
    assertThat(FileIds.isFileId(output)).isTrue();
    assertThat(BatchIds.resultFile(FileIds.fresh())).isEmpty();
    assertThat(BatchIds.isBatchId(ID)).isTrue();
    assertThat(BatchIds.isBatchId("batch_none")).isFalse();
  }

  private static List<io.millrace.schemas.RequestResult> ends(
      int good, int failed, int cancelled, int expired) {
    var all = new java.util.ArrayList<io.millrace.schemas.RequestResult>();
    add(all, good, RequestStatus.COMPLETED, 200);
    add(all, failed, RequestStatus.FAILED, 500);
    add(all, cancelled, RequestStatus.CANCELLED, 499);
    add(all, expired, RequestStatus.EXPIRED, 504);
    return all;
  }

  private static void add(
      List<io.millrace.schemas.RequestResult> all, int count, RequestStatus status, int http) {
    for (int i = 0; i < count; i++) {
      all.add(
          aResult("acme", "req_" + all.size())
              .setStatus(status)
              .setHttpStatus(http)
              .setFinishedAt(AT.plusSeconds(50))
              .build());
    }
  }

  private static BatchSubmitted submitted() {
    return BatchSubmitted.newBuilder()
        .setBatchId(ID)
        .setAccount("acme")
        .setKeyName("ci")
        .setEndpoint("/v1/chat/completions")
        .setInputFileId("file-1")
        .setInputBlobRef("files/acme/1")
        .setInputBytes(100)
        .setCompletionWindow("24h")
        .setSubmittedAt(AT)
        .setExpiresAt(AT.plusSeconds(86_400))
        .setLane(Lane.BULK)
        .setOnDoubt(OnDoubt.REPEAT)
        .build();
  }

  private static BatchChecked checked(int seconds, List<BatchError> errors) {
    return BatchChecked.newBuilder()
        .setBatchId(ID)
        .setAccount("acme")
        .setTotal(4)
        .setErrors(errors)
        .setCheckedAt(AT.plusSeconds(seconds))
        .build();
  }

  private static BatchFed fed(int lines, long offset) {
    return new BatchFed(ID, "acme", lines, lines + 1, offset, AT);
  }

  private static CancelBatch cancel(int seconds) {
    return new CancelBatch(ID, "acme", AT.plusSeconds(seconds), AT.plusSeconds(86_400), "client");
  }
}
