// One file an area; a new area is added here and in the other language.
import app from './app'
import builder from './builder'
import change from './change'
import connections from './connections'
import gate from './gate'
import history from './history'
import leftovers from './leftovers'
import lock from './lock'
import options from './options'
import runs from './runs'
import settings from './settings'
import shared from './shared'
import welcome from './welcome'

export default { app, builder, change, connections, gate, history, leftovers, lock, options, runs, settings, shared, welcome }
