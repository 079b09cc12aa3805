package io.millrace.standalone.submit;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.bootstrap.ConfigLoader;
import io.millrace.standalone.client.CommandException;
import io.millrace.standalone.process.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The output and, beside it, how far the run has come. Lines reach the disk before the state that
 * counts them, and whatever the output holds beyond the state is cut off when the run is taken up
 * again: so a line is written exactly once, wherever the run was stopped. Safe for concurrent use.
 */
final class RunFiles implements AutoCloseable {

  private static final JsonMapper JSON = ConfigLoader.json();

  private final Path stateFile;
  private final FileChannel output;
  private RunState state;

  private RunFiles(Path stateFile, FileChannel output, RunState state) {
    this.stateFile = stateFile;
    this.output = output;
    this.state = state;
  }

  /** How far an earlier run into this output came; empty if there was none. */
  static Optional<RunState> stateOf(Path output) {
    var file = stateFile(output);
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(Files.readAllBytes(file), RunState.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new CommandException(
          CommandException.USAGE,
          file + " cannot be read; delete it and " + output + " to begin anew");
    }
  }

  /** Takes the output and cuts it back to what the state counts. */
  static RunFiles open(Path output, RunState state) throws IOException {
    var channel =
        FileChannel.open(
            output, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock(channel, output);
      if (channel.size() < state.outputBytes()) {
        throw new CommandException(
            CommandException.USAGE,
            "%s is shorter than %s says; restore it, or use --again for a fresh run"
                .formatted(output, stateFile(output)));
      }
      channel.truncate(state.outputBytes());
      channel.position(state.outputBytes());
      var files = new RunFiles(stateFile(output), channel, state);
      files.save();
      return files;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  synchronized RunState state() {
    return state;
  }

  /** Appends the lines, then takes over the state that counts them. */
  synchronized void append(List<byte[]> lines, Change change) throws IOException {
    for (var line : lines) {
      write(line);
      write(new byte[] {'\n'});
    }
    if (!lines.isEmpty()) {
      output.force(false);
    }
    state = change.from(state, output.position());
    save();
  }

  /** The state after lines were appended. */
  @FunctionalInterface
  interface Change {
    RunState from(RunState before, long outputBytes);
  }

  @Override
  public void close() throws IOException {
    output.close();
  }

  static Path stateFile(Path output) {
    return output.resolveSibling(output.getFileName() + ".state");
  }

  private void write(byte[] bytes) throws IOException {
    var buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      output.write(buffer);
    }
  }

  private void save() throws IOException {
    AtomicFile.write(stateFile, JSON.writeValueAsBytes(state));
  }

  private static void lock(FileChannel channel, Path output) throws IOException {
    boolean isLocked;
    try {
      isLocked = channel.tryLock() != null;
    } catch (OverlappingFileLockException heldInThisProcess) {
      isLocked = false;
    }
    if (!isLocked) {
      throw new CommandException(
          CommandException.USAGE, output + " is being written by another submit");
    }
  }
}
