package io.millrace.standalone.embedded;

import java.nio.file.Path;

/** A child process that ended without being asked to. {@code logFile} may say why. */
public record ChildExit(String name, int exitCode, Path logFile) {}
