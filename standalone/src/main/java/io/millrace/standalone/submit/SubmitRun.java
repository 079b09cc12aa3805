package io.millrace.standalone.submit;

import io.millrace.standalone.client.ApiClient;
import io.millrace.standalone.client.Backoff;
import io.millrace.standalone.client.CommandException;
import io.millrace.standalone.client.RefusedException;
import io.millrace.standalone.submit.Progress.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;

/**
 * Submits a file and collects its results, from the beginning or from where an earlier run of the
 * same file stopped.
 */
public final class SubmitRun {

  private static final int EXIT_CODE_LINES_FAILED = 1;
  private static final int AGAIN_BYTES = 8;

  private final Path input;
  private final Path output;
  private final boolean isAgain;
  private final BulkCalls calls;
  private final Backoff backoff;
  private final PrintStream out;
  private final boolean isTerminal;

  /**
   * @param isAgain true begins anew even where an earlier run can be taken up
   * @param patience how long the server may be away
   * @param out for people
   */
  public SubmitRun(
      Path input,
      Path output,
      boolean isAgain,
      ApiClient client,
      Duration patience,
      PrintStream out,
      boolean isTerminal) {
    this.input = input;
    this.output = output;
    this.isAgain = isAgain;
    this.calls = new BulkCalls(client);
    this.backoff = new Backoff(patience);
    this.out = out;
    this.isTerminal = isTerminal;
  }

  /** Runs to the end; returns the exit code. */
  public int run() throws IOException, InterruptedException {
    var scan = InputScan.of(input);
    var complaints = new Complaints(out);
    for (var number : scan.duplicates()) {
      complaints.line(
          number, Optional.empty(), "its custom_id is that of an earlier line; it is not sent");
    }
    try (var files = RunFiles.open(output, begin(scan))) {
      var before = files.state().tally();
      long begin = System.nanoTime();
      if (before.done() < scan.expected()) {
        work(scan, files, complaints);
      } else {
        out.println("Complete already; --again runs it anew.");
      }
      summary(files.state().tally(), scan, before, Duration.ofNanos(System.nanoTime() - begin));
      return files.state().tally().failed() + scan.duplicates().size() == 0
          ? 0
          : EXIT_CODE_LINES_FAILED;
    } catch (RefusedException e) {
      throw new CommandException(CommandException.USAGE, String.valueOf(e.getMessage()));
    } catch (CommandException e) {
      throw e.exitCode() == CommandException.GIVEN_UP
          ? new CommandException(e.exitCode(), e.getMessage() + "; " + howToResume())
          : e;
    }
  }

  /** What to tell a user whose run is broken off. */
  public static String howToResume() {
    return "the same command again goes on where this run stopped";
  }

  private RunState begin(InputScan scan) throws IOException, InterruptedException {
    var key = "submit-" + scan.sha256();
    if (isAgain) {
      var random = new byte[AGAIN_BYTES];
      new SecureRandom().nextBytes(random);
      return RunState.begin(scan.sha256(), key + "-" + HexFormat.of().formatHex(random));
    }
    var earlier = RunFiles.stateOf(output);
    if (earlier.isEmpty()) {
      if (Files.exists(output) && Files.size(output) > 0) {
        throw unfit("is not empty and not the output of an earlier run");
      }
      return RunState.begin(scan.sha256(), key);
    }
    var state = earlier.get();
    if (!state.inputSha256().equals(scan.sha256())) {
      throw unfit("is the output of another input");
    }
    var request = state.firstRequestId();
    if (!request.isEmpty() && !backoff.call(() -> calls.knows(request))) {
      throw unfit("belongs to another server, or to a run that the server has forgotten");
    }
    return state;
  }

  private CommandException unfit(String why) {
    return new CommandException(
        CommandException.USAGE,
        "%s %s; choose another --output, or --again to overwrite it with a fresh run"
            .formatted(output, why));
  }

  private void work(InputScan scan, RunFiles files, Complaints complaints)
      throws IOException, InterruptedException {
    var submissionKnown = new CountDownLatch(1);
    var submitter =
        new Submitter(input, scan, files, calls, backoff, complaints, submissionKnown::countDown);
    var collector = new Collector(scan.expected(), files, calls, backoff, submissionKnown);
    try (var progress =
            new Progress(
                out, isTerminal, scan.lines(), () -> snapshot(files, scan), System::nanoTime);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      progress.start();
      var ends = new ExecutorCompletionService<Void>(threads);
      ends.submit(submitter);
      ends.submit(collector);
      try {
        ends.take().get();
        ends.take().get();
      } catch (ExecutionException e) {
        // The other one would go on alone, and closing waits for it.
        threads.shutdownNow();
        throw rethrown(e);
      }
    }
  }

  private static Snapshot snapshot(RunFiles files, InputScan scan) {
    var tally = files.state().tally();
    int duplicates = scan.duplicates().size();
    return new Snapshot(tally.done() + duplicates, tally.failed() + duplicates);
  }

  private static RuntimeException rethrown(ExecutionException failure) throws IOException {
    return switch (failure.getCause()) {
      case IOException e -> throw e;
      case RuntimeException e -> e;
      case null, default -> new IllegalStateException(failure);
    };
  }

  private void summary(Tally tally, InputScan scan, Tally before, Duration took) {
    long failed = tally.failed() + scan.duplicates().size();
    out.println(
        String.format(
            Locale.ROOT,
            "%d lines: %d succeeded, %d failed; %d tokens in, %d out%s; %s, %.0f lines/s",
            scan.lines(),
            tally.succeeded(),
            failed,
            tally.inputTokens(),
            tally.outputTokens(),
            tally.costUsd().signum() == 0
                ? ""
                : "; " + tally.costUsd().stripTrailingZeros().toPlainString() + " USD",
            Progress.clock(took),
            took.isZero() ? 0.0 : (tally.done() - before.done()) * 1e9 / took.toNanos()));
    out.println("Results are in " + output);
  }
}
