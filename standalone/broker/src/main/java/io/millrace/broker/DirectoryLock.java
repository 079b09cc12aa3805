package io.millrace.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The right to run a broker or another child on a directory: a lock of the operating system on a
 * file in it, gone with its process however that ends. Taken before Kafka's own locks because those
 * fail at once and deep inside a half-started server.
 */
final class DirectoryLock implements AutoCloseable {
  /**
   * Longer than a killed predecessor takes to die, which includes writing its class data archive
   * after a first start.
   */
  private static final Duration WAIT_MAX = Duration.ofSeconds(6);

  private static final Duration RETRY_INTERVAL = Duration.ofMillis(50);

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  static DirectoryLock acquire(Path directory) {
    return acquire(directory, WAIT_MAX);
  }

  static DirectoryLock acquire(Path directory, Duration waitMax) {
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve("millrace.lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      long giveUpNanos = System.nanoTime() + waitMax.toNanos();
      while (tryLock(channel).isEmpty()) {
        if (System.nanoTime() - giveUpNanos > 0 || Thread.currentThread().isInterrupted()) {
          channel.close();
          throw new DirectoryInUseException(directory);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_INTERVAL.toMillis()));
      }
      return new DirectoryLock(channel);
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot lock " + directory, failure);
    }
  }

  private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException heldInThisJvm) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot release the directory lock", failure);
    }
  }
}
