/**
 * The broker and the schema registry of a one-machine installation, as child processes that end
 * with this one. {@link io.millrace.standalone.embedded.EmbeddedServices} is the entrance.
 *
 * <p>Threading: start and close belong to one owner; waiting for a child runs on virtual threads,
 * whose futures complete there too.
 */
@NullMarked
package io.millrace.standalone.embedded;

import org.jspecify.annotations.NullMarked;
