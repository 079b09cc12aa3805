package io.millrace.standalone.submit;

import io.millrace.standalone.client.CommandException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Lines of a file or of an answer, one at a time, blank ones left out and their numbers kept. */
final class InputLines implements AutoCloseable {

  /** Above the largest body that any server takes; more is a file without line ends. */
  private static final int LINE_BYTES_MAX = 32 * 1024 * 1024;

  private static final int BUFFER_BYTES = 256 * 1024;

  private final InputStream input;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(4096);
  private long number;

  InputLines(InputStream input) {
    this.input = new BufferedInputStream(input, BUFFER_BYTES);
  }

  static InputLines of(Path file) throws IOException {
    return new InputLines(Files.newInputStream(file));
  }

  /**
   * A line.
   *
   * @param number its number in the file, from 1, blank lines counted
   * @param bytes its text without the line end
   */
  @SuppressWarnings("ArrayRecordComponent") // Lines are handed on, never compared.
  record Line(long number, byte[] bytes) {}

  /** The next line that is not blank; empty at the end of the file. */
  Optional<Line> next() throws IOException {
    while (true) {
      line.reset();
      int read = input.read();
      if (read < 0) {
        return Optional.empty();
      }
      number++;
      boolean isBlank = true;
      for (; read >= 0 && read != '\n'; read = input.read()) {
        isBlank &= read == ' ' || read == '\t' || read == '\r';
        line.write(read);
        if (line.size() > LINE_BYTES_MAX) {
          throw new CommandException(
              CommandException.USAGE,
              "line %d is longer than %d bytes".formatted(number, LINE_BYTES_MAX));
        }
      }
      if (!isBlank) {
        return Optional.of(new Line(number, line.toByteArray()));
      }
    }
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
