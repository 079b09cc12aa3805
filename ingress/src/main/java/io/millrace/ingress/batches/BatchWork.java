package io.millrace.ingress.batches;

import io.millrace.bootstrap.blobs.BlobNotFoundException;
import io.millrace.ingress.BatchState;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.ingress.kafka.BatchView;
import io.millrace.schemas.BatchChecked;
import io.millrace.schemas.BatchError;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open batch, from its submission until all its lines are requests. What it has done is on the
 * log and read back from the view; here is only what it is at.
 */
final class BatchWork {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWork.class);
  private static final long PAUSE_NANOS = 500_000_000;

  /** So much is done before the next batch has its turn. */
  private static final int LINES_PER_TURN = 100;

  private final BatchTools tools;
  private final FeedRoom room;
  private final Runnable wake;
  private final BatchView.Ref ref;
  private Optional<BatchState> state = Optional.empty();
  private Optional<Checking> checking = Optional.empty();
  private Optional<Feeding> feeding = Optional.empty();
  private @Nullable BatchChecked found;
  private volatile boolean isTold;
  private long pausedUntilNanos = System.nanoTime();

  BatchWork(BatchTools tools, FeedRoom room, Runnable wake, BatchView.Ref ref) {
    this.tools = tools;
    this.room = room;
    this.wake = wake;
    this.ref = ref;
  }

  BatchView.Ref ref() {
    return ref;
  }

  /** How the batch stands as the view has it. */
  void stands(BatchState now) {
    state = Optional.of(now);
  }

  /** True when nothing is left to do. */
  boolean isOver() {
    return state.filter(known -> !known.batch().isOpen()).isPresent();
  }

  /** True when it would begin to read its file with the next step. */
  boolean isUnread() {
    return state.filter(known -> known.batch().checked().isEmpty()).isPresent()
        && checking.isEmpty()
        && found == null;
  }

  boolean isChecking() {
    return checking.isPresent();
  }

  long fileBytes() {
    return state.map(known -> known.batch().submitted().getInputBytes()).orElse(0L);
  }

  /** Does a little; false when there was nothing to do now. */
  boolean step() {
    if (state.isEmpty() || System.nanoTime() - pausedUntilNanos < 0) {
      return false;
    }
    try {
      return state.get().batch().checked().isEmpty() ? check(state.get()) : feed(state.get());
    } catch (BlobNotFoundException e) {
      giveUp("The input file is there no more.", "input_file_id", null);
    } catch (Feeding.BadLine e) {
      giveUp("The line cannot be read as it was when it was checked.", null, e.number());
    } catch (IOException | RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("batchId", ref.batchId())
          .addKeyValue("error", e.toString())
          .log("batch does not get on, and is tried again");
      letGo();
      pause();
    }
    return false;
  }

  private boolean check(BatchState known) throws IOException {
    if (found != null) {
      return tellAgain(found);
    }
    if (checking.isEmpty()) {
      checking = Optional.of(new Checking(tools, known.batch().submitted()));
    }
    var result = checking.get().step(LINES_PER_TURN);
    if (result.isPresent()) {
      letGo();
      tell(result.get());
    }
    return true;
  }

  private boolean feed(BatchState known) throws IOException {
    if (feeding.filter(Feeding::isBroken).isPresent()) {
      letGo();
      pause();
      return false;
    }
    if (feeding.isEmpty()) {
      feeding = Optional.of(new Feeding(tools, room, wake, known.batch()));
    }
    return feeding.get().step(known, LINES_PER_TURN);
  }

  /** The batch cannot be checked or fed to its end. */
  private void giveUp(String message, @Nullable String param, @Nullable Integer line) {
    int before = state.map(known -> known.batch().fed().lines()).orElse(0);
    int fed = feeding.map(Feeding::lines).orElse(before);
    letGo();
    tell(
        BatchChecked.newBuilder()
            .setBatchId(ref.batchId())
            .setAccount(ref.account())
            .setTotal(fed)
            .setErrors(List.of(new BatchError("invalid_input_file", message, param, line)))
            .setCheckedAt(tools.clock().instant())
            .build());
    pause();
  }

  private void tell(BatchChecked result) {
    found = result;
    isTold = true;
    tools
        .producer()
        .append(
            ref.account(),
            result,
            ref.batchId(),
            new AcceptListener() {
              @Override
              public void onAcknowledged(int partition, long offset) {}

              @Override
              public void onFailed(Exception cause) {
                isTold = false;
                wake.run();
              }
            });
  }

  private boolean tellAgain(BatchChecked result) {
    if (!isTold) {
      tell(result);
      pause();
    }
    return false;
  }

  private void pause() {
    pausedUntilNanos = System.nanoTime() + PAUSE_NANOS;
  }

  /** Closes what it has open. */
  void letGo() {
    try {
      if (checking.isPresent()) {
        checking.get().close();
      }
      if (feeding.isPresent()) {
        feeding.get().close();
      }
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("batchId", ref.batchId()).setCause(e).log("file not closed");
    }
    checking = Optional.empty();
    feeding = Optional.empty();
  }
}
