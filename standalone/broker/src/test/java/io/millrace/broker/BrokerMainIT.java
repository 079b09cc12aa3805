package io.millrace.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the broker as the product does: a JVM on the jars of {@code target/lib}. */
@Timeout(90)
class BrokerMainIT {
  private final List<Process> children = new ArrayList<>();
  @TempDir Path directory;

  @AfterEach
  void killChildren() throws InterruptedException {
    for (Process child : children) {
      child.destroyForcibly().waitFor();
    }
  }

  @Test
  void shouldBeGoneWhenItsInputEnds() throws Exception {
    // Given
    Process broker = start();
    int port = readyPort(broker);
    // When
    broker.outputWriter().close();
    // Then
    assertThat(broker.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> connect(port)).isInstanceOf(IOException.class);
  }

  @Test
  void shouldPrintNothingButTheReadyLineWhenStoppedBySigterm() throws Exception {
    // Given
    Process broker = start();
    BufferedReader output = broker.inputReader();
    // When
    String readyLine = output.readLine();
    // Not the process itself: its destroy closes the streams too.
    broker.toHandle().destroy();
    // Then
    assertThat(readyLine).startsWith("READY 127.0.0.1:");
    assertThat(output.lines().toList()).isEmpty();
    assertThat(directory.resolve("logs/broker.log")).isNotEmptyFile();
  }

  @Test
  void shouldFailWithOneLineWhenTheDirectoryIsInUse() throws Exception {
    // Given
    readyPort(start());
    // When
    Process second = start();
    // Then
    assertThat(second.waitFor()).isEqualTo(1);
    assertThat(second.errorReader().lines().toList())
        .singleElement()
        .asString()
        .contains("in use by another process");
  }

  @Test
  void shouldServeAgainWhenItsPredecessorWasKilled() throws Exception {
    // Given
    Process killed = start();
    readyPort(killed);
    // When
    killed.destroyForcibly();
    // Then
    assertThat(readyPort(start())).isPositive();
  }

  private Process start() throws IOException {
    Path java = Path.of(System.getProperty("java.home", ""), "bin", "java");
    Path libraries = Path.of(System.getProperty("basedir", "."), "target", "lib", "*");
    Process child =
        new ProcessBuilder(
                List.of(
                    java.toString(),
                    "-Xmx256m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    libraries.toString(),
                    BrokerMain.class.getName(),
                    directory.toString(),
                    "0",
                    "0"))
            .start();
    children.add(child);
    return child;
  }

  private static int readyPort(Process broker) throws IOException {
    String line = broker.inputReader().readLine();
    assertThat(line).startsWith("READY 127.0.0.1:");
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  private static void connect(int port) throws IOException {
    new Socket(InetAddress.getLoopbackAddress(), port).close();
  }
}
