package io.millrace.ingress;

import io.millrace.schemas.BatchChecked;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A batch and what has become of it. The status is not written anywhere: it follows from what was
 * asked and what has come back, so that no crash can leave the two at odds.
 */
public record BatchState(StoredBatch batch, BatchCounts counts) {

  public BatchStatus status() {
    if (batch.checked().isEmpty()) {
      return batch.cancelledAt().isPresent() ? BatchStatus.CANCELLING : BatchStatus.VALIDATING;
    }
    if (batch.hasErrors()) {
      var checkedAt = batch.checked().get().getCheckedAt();
      return isCancelledBefore(checkedAt) ? BatchStatus.CANCELLED : BatchStatus.FAILED;
    }
    if (counts.finished() < batch.total()) {
      return batch.cancelledAt().isPresent() ? BatchStatus.CANCELLING : BatchStatus.IN_PROGRESS;
    }
    if (counts.cancelled() > 0 || isCancelledBefore(endedAt())) {
      return BatchStatus.CANCELLED;
    }
    return counts.expired() > 0 ? BatchStatus.EXPIRED : BatchStatus.COMPLETED;
  }

  /** A wish that comes behind the end changes nothing. */
  private boolean isCancelledBefore(Instant end) {
    return batch.cancelledAt().filter(at -> !at.isAfter(end)).isPresent();
  }

  /** When the last line ended, or the check if there was no line to run. */
  public Instant endedAt() {
    var checkedAt = batch.checked().map(BatchChecked::getCheckedAt).orElse(Instant.EPOCH);
    return counts.lastFinishedAt().isAfter(checkedAt) ? counts.lastFinishedAt() : checkedAt;
  }

  /** True when lines of it can be run again: all ended, some without success. */
  public boolean isResumable() {
    return switch (status()) {
      case COMPLETED, EXPIRED, CANCELLED ->
          !batch.hasErrors() && counts.completed() < batch.total();
      case VALIDATING, FAILED, IN_PROGRESS, CANCELLING -> false;
    };
  }

  /**
   * The file of successes, once the batch has ended.
   *
   * @param retention how long results are kept after their submission
   */
  public Optional<StoredFile> outputFile(Duration retention) {
    return file(
        new BatchIds.ResultFile(batch.batchId(), true),
        counts.completed() > 0 && !batch.isOutputDeleted(),
        counts.outputBytes(),
        retention);
  }

  /** The file of failures, once the batch has ended. */
  public Optional<StoredFile> errorFile(Duration retention) {
    return file(
        new BatchIds.ResultFile(batch.batchId(), false),
        counts.failed() > 0 && !batch.isErrorDeleted(),
        counts.errorBytes(),
        retention);
  }

  private Optional<StoredFile> file(
      BatchIds.ResultFile file, boolean isThere, long bytes, Duration retention) {
    if (!isThere || !status().isTerminal()) {
      return Optional.empty();
    }
    var id = batch.batchId();
    var submitted = batch.submitted();
    var keptUntil = submitted.getSubmittedAt().plus(retention);
    var expiresAt =
        submitted
            .getOutputExpiresAfterSeconds()
            .map(seconds -> endedAt().plusSeconds(seconds))
            .filter(asked -> asked.isBefore(keptUntil))
            .orElse(keptUntil);
    return Optional.of(
        new StoredFile(
            file.isOutput() ? BatchIds.outputFile(id) : BatchIds.errorFile(id),
            "batch_output",
            id + (file.isOutput() ? "_output.jsonl" : "_error.jsonl"),
            bytes,
            Instant.ofEpochMilli(BatchIds.millisOf(id)),
            expiresAt,
            new FileContent.OfBatch(file)));
  }
}
