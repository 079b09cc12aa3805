package io.millrace.standalone.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The broker child and the promise of its address, kept when it prints its ready line. */
final class EmbeddedBroker {
  /** Long, because after a kill Kafka reads every open segment again. */
  private static final Duration READY_TIMEOUT = Duration.ofMinutes(3);

  /** Between the end of a process's output and its own. */
  private static final Duration END_TIMEOUT = Duration.ofSeconds(1);

  private static final String READY = "READY ";

  private final ChildProcess child;
  private final CompletableFuture<String> address = new CompletableFuture<>();

  private EmbeddedBroker(ChildProcess child) {
    this.child = child;
  }

  static EmbeddedBroker start(EmbeddedConfig config, ArchiveMode mode, Consumer<ChildExit> onExit) {
    Path logFile = config.kafkaDir().resolve("logs").resolve("broker.log");
    var broker =
        new EmbeddedBroker(
            ChildProcess.start("broker", ChildCommands.broker(config, mode), logFile, onExit));
    Thread.ofVirtual().name("broker-output").start(broker::readOutput);
    CompletableFuture.delayedExecutor(READY_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
        .execute(broker::failUnlessReady);
    return broker;
  }

  /** To the end, so that the child never blocks on a full pipe. */
  private void readOutput() {
    try (BufferedReader output = child.output()) {
      output.lines().filter(line -> line.startsWith(READY)).forEach(this::onReady);
      child.awaitEnd(END_TIMEOUT);
    } catch (IOException | UncheckedIOException closed) {
      // A closed output means an ended child, which the next line tells.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    failUnlessReady();
  }

  private void failUnlessReady() {
    if (!address.isDone()) {
      address.completeExceptionally(child.startFailure());
    }
  }

  private void onReady(String line) {
    address.complete(line.substring(READY.length()));
  }

  CompletableFuture<String> address() {
    return address.copy();
  }

  ChildProcess child() {
    return child;
  }
}
