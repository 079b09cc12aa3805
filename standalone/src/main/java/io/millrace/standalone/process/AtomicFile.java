package io.millrace.standalone.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Replaces a small file as a whole: a reader and a crash see the old content or the new. */
public final class AtomicFile {

  private AtomicFile() {}

  /** The content becomes the file's, readable as the process's umask says. */
  public static void write(Path file, byte[] content) {
    replace(file, content);
  }

  /** The same, readable by the file's owner only. */
  static void writeForOwner(Path file, byte[] content) {
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      replace(
          file,
          content,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      replace(file, content);
    }
  }

  private static void replace(Path file, byte[] content, FileAttribute<?>... attributes) {
    var beside = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.deleteIfExists(beside);
      Files.createFile(beside, attributes);
      try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
        var bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
