package io.millrace.standalone.process;

import io.millrace.bootstrap.ConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The folder that a process keeps its data in, held by one process at a time. The lock is the
 * operating system's, so it ends with its process however that ends.
 */
public final class DataDirectory implements AutoCloseable {

  /** A process killed a moment ago may still be on its way out. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Path path;
  private final FileChannel lock;

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Takes the folder, made when it is absent.
   *
   * @throws ConfigException when another process has it or it cannot be written
   */
  public static DataDirectory take(Path directory) {
    var path = directory.toAbsolutePath().normalize();
    var file = path.resolve("process.lock");
    try {
      Files.createDirectories(path);
      var channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
      while (!isLocked(channel)) {
        if (System.nanoTime() - giveUpAt > 0) {
          channel.close();
          throw new ConfigException(
              "--data %s is in use by another process%s; stop it or choose another folder"
                  .formatted(directory, holder(file)));
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
      return new DataDirectory(path, channel);
    } catch (IOException e) {
      throw new ConfigException("--data " + directory + " cannot be used: " + e.getMessage());
    }
  }

  public Path path() {
    return path;
  }

  /** A file or folder in it. */
  public Path resolve(String name) {
    return path.resolve(name);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException heldInThisProcess) {
      return false;
    }
  }

  private static String holder(Path file) throws IOException {
    var pid = Files.readString(file).strip();
    return pid.isEmpty() ? "" : " (pid " + pid + ")";
  }
}
