package io.millrace.bootstrap.blobs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A folder of files. A blob is written under another name, forced to disk and renamed, so that a
 * crash leaves it whole or not there.
 */
final class FileBlobStore implements BlobStore {

  private static final String PART_FOLDER = ".parts";

  private final Path root;
  private final Path parts;

  FileBlobStore(Path root) {
    this.root = root;
    this.parts = root.resolve(PART_FOLDER);
    try {
      Files.createDirectories(parts);
    } catch (IOException e) {
      throw new UncheckedIOException("blob store cannot be used: " + root, e);
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
      Files.createDirectories(target.getParent());
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      try (var folder = FileChannel.open(target.getParent())) {
        folder.force(true);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
      Files.deleteIfExists(part);
    }
  }
}
