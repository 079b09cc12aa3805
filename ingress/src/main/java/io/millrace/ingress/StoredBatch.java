package io.millrace.ingress;

import io.millrace.schemas.BatchChecked;
import io.millrace.schemas.BatchFed;
import io.millrace.schemas.BatchSubmitted;
import io.millrace.schemas.CancelBatch;
import java.time.Instant;
import java.util.Optional;

/**
 * A batch as the log of requests tells it. Every step can be repeated with the same outcome.
 *
 * @param checked what the check of its file found; with errors the batch has failed
 * @param fed how far its lines have become requests
 * @param cancelledAt when a client first wished to end it
 */
public record StoredBatch(
    BatchSubmitted submitted,
    Optional<BatchChecked> checked,
    Fed fed,
    Optional<Instant> cancelledAt,
    boolean isOutputDeleted,
    boolean isErrorDeleted) {

  /**
   * How far the lines have become requests.
   *
   * @param lines lines that have
   * @param line line of the file that is next, from 1
   * @param byteOffset where in the file it begins
   */
  public record Fed(int lines, int line, long byteOffset) {

    static final Fed NOTHING = new Fed(0, 1, 0);
  }

  public static StoredBatch of(BatchSubmitted submitted) {
    return new StoredBatch(
        submitted, Optional.empty(), Fed.NOTHING, Optional.empty(), false, false);
  }

  public String batchId() {
    return submitted.getBatchId();
  }

  public String account() {
    return submitted.getAccount();
  }

  public boolean hasErrors() {
    return checked.filter(found -> !found.getErrors().isEmpty()).isPresent();
  }

  public boolean isFedToTheEnd() {
    return checked.isPresent() && fed.byteOffset() >= submitted.getInputBytes();
  }

  /** True while there is something to check or to feed. */
  public boolean isOpen() {
    return !hasErrors() && !isFedToTheEnd();
  }

  /** Lines that become requests, as far as that is known. */
  public int total() {
    if (isFedToTheEnd()) {
      return fed.lines();
    }
    return checked.map(BatchChecked::getTotal).orElse(0);
  }

  /** The first check counts, unless it was found later that the batch cannot be fed to its end. */
  public StoredBatch with(BatchChecked found) {
    boolean counts = checked.isEmpty() || (isOpen() && !found.getErrors().isEmpty());
    return counts
        ? new StoredBatch(
            submitted, Optional.of(found), fed, cancelledAt, isOutputDeleted, isErrorDeleted)
        : this;
  }

  /** What was fed further counts: after a crash some of it may be fed and told again. */
  public StoredBatch with(BatchFed told) {
    return told.getByteOffset() > fed.byteOffset()
        ? new StoredBatch(
            submitted,
            checked,
            new Fed(told.getLines(), told.getLine(), told.getByteOffset()),
            cancelledAt,
            isOutputDeleted,
            isErrorDeleted)
        : this;
  }

  public StoredBatch with(CancelBatch wish) {
    return cancelledAt.isEmpty()
        ? new StoredBatch(
            submitted,
            checked,
            fed,
            Optional.of(wish.getRequestedAt()),
            isOutputDeleted,
            isErrorDeleted)
        : this;
  }

  /** Without one of its files. */
  public StoredBatch without(BatchIds.ResultFile file) {
    return new StoredBatch(
        submitted,
        checked,
        fed,
        cancelledAt,
        isOutputDeleted || file.isOutput(),
        isErrorDeleted || !file.isOutput());
  }
}
