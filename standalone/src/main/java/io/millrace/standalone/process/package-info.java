/**
 * Services as a process: where their data and credentials are, how they are started beside a broker
 * and a registry or against a cluster, and how they end. One thread starts and stops everything.
 */
@NullMarked
package io.millrace.standalone.process;

import org.jspecify.annotations.NullMarked;
