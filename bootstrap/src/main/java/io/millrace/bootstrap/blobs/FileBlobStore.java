package io.millrace.bootstrap.blobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * A folder of files. A blob is written under another name, forced to disk and renamed, so that a
 * crash leaves it whole or not there.
 */
final class FileBlobStore implements BlobStore {

  private static final String PART_FOLDER = ".parts";
  private static final Duration LEFTOVER_AGE = Duration.ofDays(1);

  private final Path root;
  private final Path parts;

  /** Opens or makes the folder, and removes what crashes left behind. */
  FileBlobStore(Path root, Clock clock) throws IOException {
    this.root = root;
    this.parts = root.resolve(PART_FOLDER);
    Files.createDirectories(parts);
    removeLeftovers(clock.instant().minus(LEFTOVER_AGE));
  }

  /** Younger ones may be written by another process just now. */
  private void removeLeftovers(Instant before) throws IOException {
    try (var files = Files.newDirectoryStream(parts)) {
      for (var file : files) {
        try {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
            Files.deleteIfExists(file);
          }
        } catch (NoSuchFileException e) {
          // Its writer was faster.
        }
      }
    }
  }

  @Override
  public BlobWriter create(String name) throws IOException {
    var target = root.resolve(BlobNames.checked(name));
    var part = Files.createTempFile(parts, "blob", ".part");
    return new Writer(target, part, FileChannel.open(part, StandardOpenOption.WRITE));
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    try {
      var channel = FileChannel.open(root.resolve(BlobNames.checked(name)));
      return Channels.newInputStream(channel.position(offset));
    } catch (NoSuchFileException e) {
      throw new BlobNotFoundException(name);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(root.resolve(BlobNames.checked(name)));
  }

  @Override
  public void close() {}

  private record Writer(Path target, Path part, FileChannel channel) implements BlobWriter {

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      var left = ByteBuffer.wrap(bytes, from, length);
      while (left.hasRemaining()) {
        channel.write(left);
      }
    }

    @Override
    public void commit() throws IOException {
      channel.force(true);
      channel.close();
      var folder = parentOf(target);
      makeDurably(folder);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      force(folder);
    }

    private static void makeDurably(Path folder) throws IOException {
      if (!Files.isDirectory(folder)) {
        makeDurably(parentOf(folder));
        Files.createDirectories(folder);
        force(parentOf(folder));
      }
    }

    /** Every path here is inside the root. */
    private static Path parentOf(Path path) {
      return Objects.requireNonNull(path.getParent());
    }

    private static void force(Path folder) throws IOException {
      try (var channel = FileChannel.open(folder)) {
        channel.force(true);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
      Files.deleteIfExists(part);
    }
  }
}
